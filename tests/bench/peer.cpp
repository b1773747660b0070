// The other side of the benchmarks: `peer serve [DELAY_MS]` answers chat completions on loopback at once (or
// after a delay) and prints its port, below /sN/ as a stream of N pieces; `peer loop URL N [CA_DIRECTORY]` is
// the floor: the same N requests through a bare libcurl handle.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

const std::string body =
    R"({"id":"x","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"A short answer."},"finish_reason":"stop"}],)"
    R"("usage":{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25}})";

struct Due {
    Clock::time_point when;
    long pieces; // 0: whole
};

struct Peer {
    std::string in;
    std::vector<Due> due; // answers to give
};

std::string stream_of(long pieces) {
    std::string out;
    const std::string head =
        R"(data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[)"
        R"({"index":0,"delta":{"content":" word"},"finish_reason":)";
    for (long i = 0; i < pieces; ++i)
        out += head + "null}]}\n\n";
    out += head + "\"stop\"}]}\n\n";
    return out + "data: [DONE]\n\n";
}

std::string answer_of(long pieces) {
    const std::string text = pieces == 0 ? body : stream_of(pieces);
    return std::string("HTTP/1.1 200 OK\r\nContent-Type: ") +
           (pieces == 0 ? "application/json" : "text/event-stream") +
           "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

bool write_all(int fd, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t put = write(fd, text.data() + done, text.size() - done);
        if (put <= 0) return false;
        done += static_cast<std::size_t>(put);
    }
    return true;
}

/// Takes one whole request off the front.
bool take_request(std::string& in, long& pieces) {
    const std::size_t end = in.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    pieces = in.compare(0, 7, "POST /s") == 0 ? std::atol(in.c_str() + 7) : 0;
    std::size_t length = 0;
    for (std::size_t at = 0; at < end;) {
        const std::size_t line = std::min(in.find("\r\n", at), end);
        if (strncasecmp(in.c_str() + at, "content-length:", 15) == 0)
            length = std::strtoul(in.c_str() + at + 15, nullptr, 10);
        at = line + 2;
    }
    if (in.size() < end + 4 + length) return false;
    in.erase(0, end + 4 + length);
    return true;
}

int serve(long delay_ms) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    std::map<long, std::string> answers; // by pieces
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 2048) != 0)
        return 1;
    socklen_t size = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);
    std::map<int, Peer> peers;
    for (;;) {
        std::vector<pollfd> fds{{listener, POLLIN, 0}};
        auto next = Clock::now() + std::chrono::seconds(10);
        for (auto& [fd, peer] : peers) {
            fds.push_back({fd, POLLIN, 0});
            if (!peer.due.empty()) next = std::min(next, peer.due.front().when);
        }
        const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - Clock::now()).count();
        poll(fds.data(), fds.size(), static_cast<int>(std::clamp<long>(wait, 0, 10000)));
        for (const pollfd& p : fds) {
            if ((p.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            if (p.fd == listener) {
                const int fd = accept(listener, nullptr, nullptr);
                const int on = 1;
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                peers[fd];
                continue;
            }
            char buffer[65536];
            const ssize_t got = read(p.fd, buffer, sizeof buffer);
            if (got <= 0) {
                close(p.fd);
                peers.erase(p.fd);
                continue;
            }
            Peer& peer = peers[p.fd];
            peer.in.append(buffer, static_cast<std::size_t>(got));
            long pieces = 0;
            while (take_request(peer.in, pieces)) {
                if (answers.count(pieces) == 0) answers[pieces] = answer_of(pieces);
                peer.due.push_back({Clock::now() + std::chrono::milliseconds(delay_ms), pieces});
            }
        }
        const auto now = Clock::now();
        for (auto& [fd, peer] : peers) {
            while (!peer.due.empty() && peer.due.front().when <= now) {
                const long pieces = peer.due.front().pieces;
                peer.due.erase(peer.due.begin());
                if (!write_all(fd, answers[pieces])) break;
            }
        }
    }
}

std::size_t drop(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
}

int loop(const char* url, long count, const char* certificates) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURL* easy = curl_easy_init();
    const std::string request = R"({"model":"m","messages":[{"role":"system","content":"You are an agent."},)"
                                R"({"role":"user","content":"<input name=\"topic\">\nfusion\n</input>"}]})";
    curl_slist* headers = curl_slist_append(nullptr, "content-type: application/json");
    headers = curl_slist_append(headers, "authorization: Bearer sk-bench");
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    if (certificates != nullptr) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, nullptr);
        curl_easy_setopt(easy, CURLOPT_CAPATH, certificates);
    }
    for (long i = 0; i < count; ++i) {
        if (curl_easy_perform(easy) != CURLE_OK) return 1;
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc >= 2 && std::string(argv[1]) == "serve") return serve(argc > 2 ? std::atol(argv[2]) : 0);
    if (argc >= 4 && std::string(argv[1]) == "loop")
        return loop(argv[2], std::atol(argv[3]), argc > 4 ? argv[4] : nullptr);
    if (argc == 3 && std::string(argv[1]) == "stream") {
        std::fputs(stream_of(std::atol(argv[2])).c_str(), stdout);
        return 0;
    }
    std::fprintf(stderr,
                 "usage: peer serve [DELAY_MS] | peer loop URL N [CA_DIRECTORY] | peer stream PIECES\n");
    return 2;
}
