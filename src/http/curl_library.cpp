#include "http/curl_library.hpp"

#include "base/text.hpp"

#ifdef ORLOJ_CURL_DLOPEN
#include <dlfcn.h>
#endif

namespace http {

namespace {

constexpr unsigned oldest = 0x075500; // 7.85.0: CURLOPT_PROTOCOLS_STR

#ifdef ORLOJ_CURL_DLOPEN

constexpr const char* known_sonames[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

#ifdef __ELF__
// Tells packagers what is loaded at run time: the ELF note of "ELF dlopen Metadata" (systemd, UAPI group).
constexpr char dlopen_json[] =
    R"([{"feature":"http","description":"Talking to model providers and HTTP tools",)"
    R"("priority":"recommended","soname":["libcurl.so.4","libcurl-gnutls.so.4"]}])";

struct DlopenNote {
    unsigned owner_size = sizeof owner;
    unsigned text_size = sizeof text;
    unsigned type = 0x407c0c0a;
    char owner[4] = "FDO";
    alignas(4) char text[sizeof dlopen_json] = {};
};

constexpr DlopenNote make_note() {
    DlopenNote note;
    for (std::size_t i = 0; i < sizeof dlopen_json; ++i)
        note.text[i] = dlopen_json[i];
    return note;
}

[[gnu::used, gnu::section(".note.dlopen")]] alignas(4) constinit const DlopenNote dlopen_note = make_note();
#endif

std::string fill(CurlLibrary& library, std::span<const char* const> sonames) {
    void* handle = nullptr;
    std::string why; // too little memory or too many open files are no reason to install anything
    for (const char* soname : sonames) {
        if (handle != nullptr) break;
        handle = ::dlopen(soname, RTLD_NOW | RTLD_LOCAL);
        const char* said = handle == nullptr ? ::dlerror() : nullptr; // NOLINT(concurrency-mt-unsafe)
        if (said != nullptr && std::string_view(said).find("No such file") == std::string_view::npos)
            why = said;
    }
    if (handle == nullptr && !why.empty()) return "libcurl cannot be loaded: " + why;
    if (handle == nullptr) return "libcurl is not installed: install the package 'libcurl4'";
#define ORLOJ_LOOK_UP(name)                                                                                  \
    library.name = reinterpret_cast<decltype(library.name)>(::dlsym(handle, "curl_" #name));                 \
    if (library.name == nullptr)                                                                             \
        return "this libcurl has no 'curl_" #name "': install the package 'libcurl4'";
    ORLOJ_CURL_FUNCTIONS(ORLOJ_LOOK_UP)
#undef ORLOJ_LOOK_UP
    return {};
}

#else

constexpr const char* known_sonames[] = {"linked"};

std::string fill(CurlLibrary& library, std::span<const char* const>) {
#define ORLOJ_TAKE(name) library.name = &::curl_##name;
    ORLOJ_CURL_FUNCTIONS(ORLOJ_TAKE)
#undef ORLOJ_TAKE
    return {};
}

#endif

} // namespace

std::string unusable_version(unsigned version) {
    if (version >= oldest) return {};
    return base::format("libcurl {}.{}.{} is too old: orloj needs 7.85 or newer (package 'libcurl4')",
                        version >> 16U, (version >> 8U) & 0xffU, version & 0xffU);
}

CurlLibrary load_curl(std::span<const char* const> sonames) {
    CurlLibrary library;
    library.missing = fill(library, sonames);
    if (!library.usable()) return library;
    library.missing = unusable_version(library.version_info(CURLVERSION_NOW)->version_num);
    if (!library.usable()) return library;
    if (const CURLcode code = library.global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
        library.missing = base::format("libcurl does not start: {}", library.easy_strerror(code));
    return library;
}

const CurlLibrary& curl_library() {
    static const CurlLibrary library = load_curl(known_sonames);
    return library;
}

} // namespace http
