// What signing a request and taking apart a binary stream cost, each beside the work that nobody can leave
// out: the hashes of Signature Version 4 by libsodium alone, and one pass of CRC-32 over the same bytes.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <sodium.h>

#include "credential/sigv4.hpp"
#include "http/event_message.hpp"

namespace {

/// The least of many rounds, in microseconds.
template <typename Work>
double least(Work work) {
    double best = 1e12;
    for (int round = 0; round < 300; ++round) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count());
    }
    return best;
}

volatile unsigned char sink;

/// The body, the canonical request, four keys and the signature.
void hashes_alone(const std::string& body, const std::string& canonical) {
    std::array<unsigned char, 32> out{};
    const auto* bytes = reinterpret_cast<const unsigned char*>(body.data()); // NOLINT: bytes are bytes
    crypto_hash_sha256(out.data(), bytes, body.size());
    bytes = reinterpret_cast<const unsigned char*>(canonical.data()); // NOLINT
    crypto_hash_sha256(out.data(), bytes, canonical.size());
    for (int i = 0; i < 5; ++i)
        crypto_auth_hmacsha256(out.data(), out.data(), 20, out.data());
    sink = out[0];
}

std::array<std::uint32_t, 256> crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t c = i;
        for (int bit = 0; bit < 8; ++bit)
            c = (c & 1U) != 0 ? 0xedb88320U ^ (c >> 1U) : c >> 1U;
        table[i] = c;
    }
    return table;
}

std::uint32_t crc(const std::string& bytes) {
    static const auto table = crc_table();
    std::uint32_t c = ~0U;
    for (const char byte : bytes)
        c = table[(c ^ static_cast<unsigned char>(byte)) & 0xffU] ^ (c >> 8U);
    return ~c;
}

std::string big_endian(std::uint64_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i)
        out += static_cast<char>(number >> (8U * static_cast<unsigned>(i)) & 0xffU);
    return out;
}

std::string message(const std::string& payload) {
    std::string headers;
    const std::array<std::array<std::string, 2>, 3> rows{{{":event-type", "contentBlockDelta"},
                                                          {":content-type", "application/json"},
                                                          {":message-type", "event"}}};
    for (const auto& [name, value] : rows)
        headers += big_endian(name.size(), 1) + name + big_endian(7, 1) + big_endian(value.size(), 2) + value;
    std::string out = big_endian(headers.size() + payload.size() + 16, 4) + big_endian(headers.size(), 4);
    out += big_endian(crc(out), 4) + headers + payload;
    return out + big_endian(crc(out), 4);
}

} // namespace

int main() {
    if (sodium_init() < 0) return 1;
    const credential::AwsKeys keys{base::SecretText("AKIDEXAMPLE"),
                                   base::SecretText("wJalrXUtnFEMI/K7MDENG+bPxRf"),
                                   base::SecretText(std::string(800, 't')),
                                   {}};
    for (const std::size_t size : {std::size_t{4096}, std::size_t{262144}}) {
        http::Request request;
        request.url =
            "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v1%3A0/converse";
        request.headers = {{"content-type", "application/json"}};
        request.body = std::string(size, 'x');
        const double signing = least([&] { credential::sign(request, keys, {"us-east-1", "bedrock", {}}); });
        const std::string canonical = credential::canonical_request(request);
        const double floor = least([&] { hashes_alone(request.body, canonical); });
        std::printf("  signing a request of %zu KiB: %.1f us; its hashes alone %.1f us: %.2f\n", size / 1024,
                    signing, floor, signing / floor);
    }
    std::string stream;
    for (int i = 0; i < 1000; ++i)
        stream += message(R"({"contentBlockIndex":0,"delta":{"text":" word"},"p":"abcdefghijklmnop"})");
    std::size_t seen = 0;
    const double splitting = least([&] {
        http::MessageSplitter splitter;
        seen = splitter.feed(stream).size();
    });
    const double floor = least([&] { sink = static_cast<unsigned char>(crc(stream)); });
    std::printf("  a binary stream of %zu messages, %zu KiB: %.2f us a message; one CRC-32 of its bytes "
                "alone %.2f us: %.2f\n",
                seen, stream.size() / 1024, splitting / 1000, floor / 1000, splitting / floor);
    return seen == 1000 ? 0 : 1;
}
