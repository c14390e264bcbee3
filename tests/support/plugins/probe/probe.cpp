#include "probe.h"

M2AG_PLUGIN("probe", "1.0.0", plugin) {
  probe::describe_lamp(plugin);
  probe::describe_sleeper(plugin);
  probe::describe_faulty(plugin);
  probe::describe_dial(plugin);
  probe::describe_meter(plugin);
  probe::describe_metronome(plugin);
  probe::describe_pulse(plugin);
  probe::describe_thrower(plugin);
  probe::describe_crasher(plugin);
  probe::describe_spinner(plugin);
  probe::describe_squatter(plugin);
  probe::describe_tunable(plugin);
}
