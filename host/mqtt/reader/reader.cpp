#include "mqtt/reader/reader.h"

#include "mqtt/reader/reader_core.h"

namespace m2ag::host::reader {

Reader::Reader(Settings settings, Handlers handlers)
    : core_(std::make_unique<Core>(std::move(settings), std::move(handlers))) {}

Reader::~Reader() { core_->stop(); }

void Reader::start() { core_->start(); }

void Reader::stop() { core_->stop(); }

void Reader::acknowledge(std::uint64_t number) { core_->control().acknowledge(number); }

void Reader::pause() { core_->control().pause(true); }

void Reader::resume() { core_->control().pause(false); }

Stats Reader::stats() const { return core_->stats(); }

}  // namespace m2ag::host::reader
