// A transport that writes down what another one does. The format is recording.hpp's.
#pragma once

#include <map>

#include "base/os.hpp"
#include "base/redact.hpp"
#include "http/recording.hpp"

namespace http {

/// A new file that grows by whole lines. Removed again unless something was recorded or keep() was called, so
/// that a run which did not come about leaves nothing behind.
class RecordingFile {
  public:
    /// Creates `path` with mode 0600 and writes the first line. Throws Error{usage} when something is there
    /// already, be it a link, and Error{io} when it cannot be written.
    explicit RecordingFile(std::string path);
    RecordingFile(const RecordingFile&) = delete;
    RecordingFile& operator=(const RecordingFile&) = delete;
    ~RecordingFile();

    void keep() noexcept { kept_ = true; }
    /// Adds a line. Returns why it cannot be, "" when it was; what was written of it is taken back.
    std::string append(const RecordedExchange& exchange);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string add_line(std::string line);

    std::string path_;
    base::Fd file_;
    std::int64_t size_ = 0; ///< of the whole lines
    bool kept_ = false;
};

/// Passes everything on to `inner` and writes each exchange down when it has ended, before its end is
/// reported. An exchange that was cancelled is not written: it has no answer. `redact` is applied to every
/// text beside the secret headers of all requests so far. When the file cannot be written `complain` is told
/// once, and nothing more is recorded. All three must outlive the transport.
class RecordingTransport final : public Transport {
  public:
    using Complain = std::function<void(const std::string&)>;
    RecordingTransport(Transport& inner, RecordingFile& file, Redact redact, Complain complain);

    void start(CallId id, Request request) override;
    void cancel(CallId id) override { inner_.cancel(id); }
    using Transport::wait;
    std::vector<Event> wait(base::Duration limit, std::span<const Wake> wakes) override;

  private:
    struct UnderWay {
        RecordedRequest request;
        std::vector<std::string> pieces;
    };
    void note(const Event& event);

    Transport& inner_;
    RecordingFile& file_;
    Redact redact_; ///< what was given, after the keys
    Complain complain_;
    base::Redactor keys_;
    std::map<CallId, UnderWay> under_way_;
    bool broken_ = false;
};

} // namespace http
