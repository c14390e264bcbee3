#include "core/last_act.h"

#include <array>
#include <atomic>

namespace m2ag::host {
namespace {

struct Slot {
  std::atomic<bool> taken{false};
  std::atomic<void*> object{nullptr};
  std::atomic<LastAct::Act> act{nullptr};  // set last and taken back first: without it the slot does not count
};

// More than a board has lines.
constinit std::array<Slot, 512> slots{};

}  // namespace

LastAct::LastAct(Act act, void* object) noexcept {
  for (std::size_t n = 0; n < slots.size(); ++n) {
    if (slots[n].taken.exchange(true)) continue;
    slots[n].object = object;
    slots[n].act = act;
    slot_ = n;
    return;
  }
}

LastAct::~LastAct() {
  if (slot_ == kNone) return;
  slots[slot_].act = nullptr;
  slots[slot_].taken = false;
}

void LastAct::run_all() noexcept {
  for (Slot& slot : slots) {
    if (const Act act = slot.act.exchange(nullptr)) act(slot.object);
  }
}

}  // namespace m2ag::host
