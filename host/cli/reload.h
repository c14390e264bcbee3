// The running device and what it was made from: reads the descriptor again when it is asked to, takes it over when nothing is wrong with
// it, and says so either way. What is wrong changes nothing. Main thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cli/config_requests.h"
#include "cli/device_host.h"
#include "cli/main_loop.h"
#include "cli/revision_files.h"
#include "store/unconfirmed.h"
#include "system/file_watch.h"

namespace m2ag::host {

class Reload {
 public:
  /// `folders` are the options `--plugins`.
  Reload(MainLoop& loop, std::filesystem::path config, std::vector<std::filesystem::path> folders, Log& log,
         HostOptions options);
  ~Reload();

  /// Reads the descriptor and starts the device. False: something is wrong with the descriptor, and was printed. True without
  /// a device when the loop has been told to end meanwhile. Throws what the constructor of DeviceHost throws.
  bool start();
  /// As DeviceHost::stop, and no request waits for its answer any more.
  bool stop();

  /// The loop has ended because there is no device any more.
  bool lost() const { return lost_; }
  /// `origin` says who asked: "signal", "request", "file", … Does nothing but log when nothing is different.
  void reload(const std::string& origin);

 private:
  using Outcome = std::variant<Value, Refusal>;
  using Answer = std::function<void(const Outcome&)>;

  void add_requests();
  void on_main_thread(LongRequestHandler handler, const std::string& name);
  /// Any thread. Answered also when the host goes first.
  void hand_to_main_thread(const LongRequestHandler& handler, const Value& arguments, const RequestAnswer& answer);
  /// Requests that wait for the main thread are answered; those that come are refused until there is another host.
  void refuse_waiting();
  /// What stands in the files now. `answer` is called once; before the host goes, if it does.
  void take_file(const std::string& origin, const Answer& answer);
  /// Called when nothing can refuse the change any more, and nothing has been touched. `last`: who asked must be answered now, since the
  /// connection goes.
  using Commit = std::function<void(const Descriptor& next, bool last)>;
  /// False: rejected.
  bool take(Sources sources, std::shared_ptr<const Catalog> catalog, const std::string& origin, const Answer& answer,
            const Commit& commit = {});
  /// Another id, base topic or database: all of it is made anew.
  bool replace_host(const Descriptor& next, const std::shared_ptr<const Catalog>& catalog, ApplyReport report,
                    const std::string& origin);
  /// What ran before; false: there is no device any more, and the loop ends.
  bool make_again(const Descriptor& before, const std::shared_ptr<const Catalog>& catalog);
  void make_host(const Descriptor& descriptor, std::shared_ptr<const Catalog> catalog);
  void reject(const Problems& problems, const std::string& origin, const Answer& answer);
  void applied(const ApplyReport& report, std::string origin, const Answer& answer);
  Outcome restart_component(const Value& arguments);
  /// Keeps the files that were taken over; the number of the revision, or nothing when it could not be kept.
  std::optional<unsigned> record(std::string& origin);
  /// The plugins as they are now; what has become of their files is published.
  std::shared_ptr<const Catalog> scan();
  void plugins_changed();
  /// False: something is wrong with the descriptor, and was printed.
  bool make_from_files();
  /// The same; when the descriptor waits for its confirmation and does not start, the one before does.
  bool start_device();

  // reload_config.cpp: the requests that write the descriptor
  void add_config_changes();
  void apply_proposal(const Value& arguments, const Answer& answer);
  void roll_back(const Value& arguments, const Answer& answer);
  Outcome confirm(const Value& arguments);
  /// Takes over files that are not written yet; `write` writes them and says what is answered. False: nothing was taken over, which is told.
  bool take_draft(const Drafts& drafts, const std::string& origin,
                  const std::function<Value::Map(const Descriptor& next)>& write, const Answer& answer);
  std::vector<RevisionFile> files_now() const;
  RunningConfig running() const;
  /// What requests see of it is what it is now.
  void set_running();

  // reload_confirm.cpp: a change that waits for its confirmation
  void wait_for_confirmation(UnconfirmedChange change, const std::filesystem::path& revisions);
  void take_back_after(std::chrono::milliseconds rest);
  void take_back(const std::string& reason);
  void end_waiting();
  /// Who has edited the files by hand meanwhile wants what stands there now.
  void look_for_edit(const Sources& sources);
  /// Before there is a device: what the process before has left.
  void resume_waiting();
  void put_back(const std::string& reason);
  void tell_taken_back(const UnconfirmedChange& change, const std::string& reason);

  /// Files are watched as long as the system lets us.
  void watch();
  void look_where_to_watch();
  /// What goes wrong with the system (no memory, no process) is told, and the device runs on.
  void guarded(const std::function<void()>& task);

  MainLoop& loop_;
  const std::filesystem::path config_;
  const std::vector<std::filesystem::path> folders_;
  const Environment environment_;
  Log& log_;
  const HostOptions options_;
  Sources sources_;                           ///< what runs
  std::vector<std::filesystem::path> tried_;  ///< the files of the last try, whatever came of it
  std::vector<RevisionFile> texts_;           ///< of the last try
  bool rejected_ = false;                     ///< what stands in the files now
  std::string told_;                          ///< the problems told last
  std::shared_ptr<const Catalog> catalog_;    ///< the newest; the host has it once something of it was taken over
  std::optional<FileWatch> file_watch_, plugin_watch_;
  std::unique_ptr<DeviceHost> host_;
  std::vector<std::unique_ptr<DeviceHost>> left_hosts_;  ///< a thread is still in them
  std::optional<UnconfirmedChange> unconfirmed_;
  std::filesystem::path unconfirmed_place_;  ///< the folder of revisions that it is kept in
  std::int64_t confirm_by_ = 0;              ///< milliseconds since 1970, as the device has them
  std::function<void()> tell_at_start_;      ///< what was taken back when there was no device yet to say so
  std::atomic<bool> applying_{false};        ///< a `config-apply` is under way
  mutable std::mutex running_mutex_;         // what follows
  RunningConfig running_;
  std::atomic<bool> stopping_{false};
  bool lost_ = false;
  std::mutex waiting_mutex_;  // what follows
  bool refusing_ = false;
  /// Requests to the host that is there: it must not go before they are answered.
  std::vector<std::shared_ptr<const RequestAnswer>> waiting_;
};

}  // namespace m2ag::host
