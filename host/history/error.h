// What can go wrong with a history, by what the caller does about it.
#pragma once

#include <stdexcept>

namespace m2ag::host::history {

/// Bytes that no encoder of this program has written: damaged, or made by somebody else. What is beside them can still be read.
class DamagedData : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The database file itself is damaged: close it and open it again, which moves it aside and salvages.
class DamagedFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A query was interrupted or went over its limit of time or rows.
class ReadStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace m2ag::host::history
