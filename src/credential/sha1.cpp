#include "credential/sha1.hpp"

#include <array>
#include <bit>
#include <cstdint>

#include "base/hash.hpp"

namespace credential {

namespace {

using State = std::array<std::uint32_t, 5>;

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t word = 0;
    for (const char c : bytes.substr(0, 4))
        word = word << 8U | static_cast<unsigned char>(c);
    return word;
}

void take_block(State& state, std::string_view block) {
    std::array<std::uint32_t, 80> words{};
    for (std::size_t i = 0; i < 16; ++i)
        words[i] = big_endian(block.substr(4 * i));
    for (std::size_t i = 16; i < 80; ++i)
        words[i] = std::rotl(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    auto [a, b, c, d, e] = state;
    for (std::size_t i = 0; i < 80; ++i) {
        const std::uint32_t mixed = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999U
                                    : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1U
                                    : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcU
                                             : (b ^ c ^ d) + 0xca62c1d6U;
        const std::uint32_t next = std::rotl(a, 5) + mixed + e + words[i];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

} // namespace

std::string sha1_hex(std::string_view bytes) {
    std::string padded(bytes);
    padded += '\x80';
    while (padded.size() % 64 != 56)
        padded += '\0';
    const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size()) * 8;
    for (int shift = 56; shift >= 0; shift -= 8)
        padded += static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xffU);

    State state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
    for (std::size_t at = 0; at < padded.size(); at += 64)
        take_block(state, std::string_view(padded).substr(at, 64));
    std::array<unsigned char, 20> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<unsigned char>(state[i / 4] >> (24 - 8 * (i % 4)) & 0xffU);
    return base::hex(digest);
}

} // namespace credential
