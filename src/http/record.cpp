#include "http/record.hpp"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace http {

namespace {

/// errno, or 0.
int write_whole(int fd, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return put < 0 ? errno : ENOSPC;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return 0;
}

} // namespace

RecordingFile::RecordingFile(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {
    if (!file_ && errno == EEXIST)
        throw base::Error(base::Fault::usage,
                          base::format("cannot record to '{}': there is something already", path_))
            .hint("name a new file, or remove that one");
    if (!file_)
        throw base::Error(base::Fault::io,
                          base::format("cannot record to '{}': {}", path_, base::last_error()));
    if (const std::string wrong = add_line(schema::encode(RecordingHead{})); !wrong.empty()) {
        ::unlink(path_.c_str());
        throw base::Error(base::Fault::io, wrong);
    }
}

RecordingFile::~RecordingFile() {
    if (!kept_) ::unlink(path_.c_str());
}

std::string RecordingFile::add_line(std::string line) {
    line += '\n';
    if (const int code = write_whole(file_.get(), line); code != 0) {
        // Without the beginning of a line the file can still be played.
        (void)!::ftruncate(file_.get(), size_);
        (void)::lseek(file_.get(), size_, SEEK_SET);
        errno = code;
        return base::format("cannot record to '{}': {}", path_, base::last_error());
    }
    size_ += static_cast<std::int64_t>(line.size());
    return {};
}

std::string RecordingFile::append(const RecordedExchange& exchange) {
    kept_ = true;
    return add_line(schema::encode(exchange));
}

RecordingTransport::RecordingTransport(Transport& inner, RecordingFile& file, Redact redact,
                                       Complain complain)
    : inner_(inner), file_(file),
      redact_([this, redact = std::move(redact)](std::string_view text) { return redact(keys_(text)); }),
      complain_(std::move(complain)) {}

void RecordingTransport::start(CallId id, Request request) {
    for (const SecretHeader& header : request.secret_headers)
        keys_.add(base::trim(header.secret.reveal()));
    under_way_[id] = {recorded(request, redact_), {}};
    inner_.start(id, std::move(request));
}

void RecordingTransport::note(const Event& event) {
    const auto found = under_way_.find(event.id);
    if (found == under_way_.end()) return;
    if (const auto* chunk = std::get_if<Chunk>(&event.what)) {
        found->second.pieces.push_back(chunk->bytes);
        return;
    }
    const UnderWay whole = std::move(found->second);
    under_way_.erase(found);
    RecordedExchange exchange;
    exchange.request = whole.request;
    if (const auto* response = std::get_if<Response>(&event.what)) {
        exchange.response = recorded(*response, whole.pieces, redact_);
    } else {
        const auto& failure = std::get<Failure>(event.what);
        if (failure.kind == Failure::Kind::cancelled) return;
        exchange.failure = recorded(failure, whole.pieces, redact_);
    }
    const std::string wrong = file_.append(exchange);
    if (wrong.empty()) return;
    broken_ = true;
    complain_(wrong);
}

std::vector<Event> RecordingTransport::wait(base::Duration limit, std::span<const Wake> wakes) {
    std::vector<Event> events = inner_.wait(limit, wakes);
    for (const Event& event : events)
        if (!broken_) note(event);
    return events;
}

} // namespace http
