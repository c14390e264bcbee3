// For tests: a folder of its own for a history, gone at its end, and words to fill one.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "history/writer.h"

namespace m2ag::host::history {

class Place {
 public:
  Place() {
    std::string pattern = (std::filesystem::temp_directory_path() / "m2ag-history-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Place() { std::filesystem::remove_all(path_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::filesystem::path file(const char* name = "history.db") const { return path_ / name; }
  WriterSettings settings() const {
    WriterSettings settings;
    settings.file = file();
    settings.synchronous = Synchronous::off;  // what a test sees does not depend on the disk
    settings.least_free = 0;
    return settings;
  }

 private:
  std::filesystem::path path_;
};

inline Series number_series(std::string name) { return {0, std::move(name), Kind::number, "", false, 0}; }

inline Sample number_at(Time time, double value) { return {time, value, {}, Quality::good}; }

inline std::vector<SeriesSample> of(const Series& series, std::vector<Sample> samples) {
  std::vector<SeriesSample> all;
  for (Sample& sample : samples) all.push_back({series.id, std::move(sample)});
  return all;
}

inline Batch batch_of(const Series& series, std::vector<Sample> samples) {
  Batch batch;
  batch.samples = of(series, std::move(samples));
  return batch;
}

}  // namespace m2ag::host::history
