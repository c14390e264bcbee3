// Component types for tests and the bench: each shows the host one behaviour that real devices have only now and then.
// One source file a type. Not shipped.
#pragma once

#include <m2ag/m2ag.h>

namespace probe {

void describe_lamp(m2ag::Plugin& plugin);
void describe_sleeper(m2ag::Plugin& plugin);
void describe_faulty(m2ag::Plugin& plugin);
void describe_dial(m2ag::Plugin& plugin);
void describe_meter(m2ag::Plugin& plugin);
void describe_metronome(m2ag::Plugin& plugin);
void describe_pulse(m2ag::Plugin& plugin);
void describe_thrower(m2ag::Plugin& plugin);
void describe_crasher(m2ag::Plugin& plugin);
void describe_spinner(m2ag::Plugin& plugin);
void describe_squatter(m2ag::Plugin& plugin);
void describe_tunable(m2ag::Plugin& plugin);

}  // namespace probe
