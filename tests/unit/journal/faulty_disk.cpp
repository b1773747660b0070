#include "faulty_disk.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include <sqlite3.h>

namespace test {

namespace {

struct Write {
    std::size_t at = 0;
    std::string bytes;
    bool truncates = false; // to `at`
};

struct Durable {
    std::string synced;
    std::vector<Write> pending;
};

struct Disk {
    sqlite3_vfs* real = nullptr;
    sqlite3_vfs own{};
    std::array<std::int64_t, 6> counts{};
    Trouble trouble = Trouble::io_error;
    std::int64_t left = 0; // operations until one fails; 0: none
    bool lasting = false;
    bool failed = false;
    std::map<std::string, Durable> files;
    std::int64_t locks_left = 0;
    std::function<void()> before_lock;
};

Disk& disk() {
    static Disk it;
    return it;
}

/// What SQLite sees as an open file; the real one lies behind it.
struct File {
    sqlite3_file base;
    Durable* durable; // null for files that are not kept
};

sqlite3_file* real_of(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

bool strikes(Operation operation, bool applies) {
    Disk& d = disk();
    ++d.counts.at(static_cast<std::size_t>(operation));
    if (!applies || d.left == 0) return false;
    if (d.left > 1) {
        --d.left;
        return false;
    }
    if (!d.lasting) d.left = 0;
    d.failed = true;
    return true;
}

bool writes_only() {
    return disk().trouble == Trouble::full || disk().trouble == Trouble::half_write;
}

void apply(std::string& content, const Write& write) {
    if (write.truncates) return content.resize(std::min(content.size(), write.at));
    if (content.size() < write.at + write.bytes.size()) content.resize(write.at + write.bytes.size());
    content.replace(write.at, write.bytes.size(), write.bytes);
}

int close(sqlite3_file* file) {
    return real_of(file)->pMethods->xClose(real_of(file));
}

int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    if (strikes(Operation::read, !writes_only())) return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), to, size, at);
}

int put(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    const int code = real_of(file)->pMethods->xWrite(real_of(file), from, size, at);
    if (code == SQLITE_OK && reinterpret_cast<File*>(file)->durable != nullptr) {
        reinterpret_cast<File*>(file)->durable->pending.push_back(
            {static_cast<std::size_t>(at),
             std::string(static_cast<const char*>(from), static_cast<std::size_t>(size)), false});
    }
    return code;
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    if (!strikes(Operation::write, true)) return put(file, from, size, at);
    switch (disk().trouble) {
    case Trouble::io_error:
        return SQLITE_IOERR_WRITE;
    case Trouble::full:
        return SQLITE_FULL;
    case Trouble::half_write:
        (void)put(file, from, size / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    return SQLITE_IOERR_WRITE;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
    if (strikes(Operation::truncate, !writes_only())) return SQLITE_IOERR_TRUNCATE;
    if (Durable* durable = reinterpret_cast<File*>(file)->durable; durable != nullptr)
        durable->pending.push_back({static_cast<std::size_t>(size), {}, true});
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

int sync(sqlite3_file* file, int) {
    if (strikes(Operation::sync, !writes_only())) return SQLITE_IOERR_FSYNC;
    if (Durable* durable = reinterpret_cast<File*>(file)->durable; durable != nullptr) {
        for (const Write& pending : durable->pending)
            apply(durable->synced, pending);
        durable->pending.clear();
    }
    return SQLITE_OK;
}

int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    if (strikes(Operation::shared_memory, !writes_only())) return SQLITE_IOERR_SHMMAP;
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

int lock(sqlite3_file* file, int level) {
    if (level == SQLITE_LOCK_SHARED && disk().locks_left > 0 && --disk().locks_left == 0)
        disk().before_lock();
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

const sqlite3_io_methods methods = {
    2,
    close,
    read,
    write,
    truncate,
    sync,
    [](sqlite3_file* f, sqlite3_int64* size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); },
    lock,
    [](sqlite3_file* f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); },
    [](sqlite3_file* f, int* out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); },
    [](sqlite3_file* f, int word, void* more) {
        return real_of(f)->pMethods->xFileControl(real_of(f), word, more);
    },
    [](sqlite3_file* f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); },
    [](sqlite3_file* f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); },
    map_shared,
    [](sqlite3_file* f, int offset, int n, int flags) {
        return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
    },
    [](sqlite3_file* f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); },
    [](sqlite3_file* f, int remove) { return real_of(f)->pMethods->xShmUnmap(real_of(f), remove); },
    nullptr,
    nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    auto* own = reinterpret_cast<File*>(file);
    own->base.pMethods = nullptr;
    own->durable = nullptr;
    if (strikes(Operation::open, !writes_only())) return SQLITE_CANTOPEN;
    const int code = disk().real->xOpen(disk().real, name, real_of(file), flags, out);
    if (code != SQLITE_OK) return code;
    own->base.pMethods = &methods;
    if (name == nullptr || (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0) return code;
    const auto [it, fresh] = disk().files.try_emplace(name);
    own->durable = &it->second;
    if (fresh) {
        std::ifstream in(name, std::ios::binary);
        it->second.synced.assign(std::istreambuf_iterator<char>(in), {});
    }
    return code;
}

} // namespace

FaultyDisk::FaultyDisk() {
    Disk& d = disk();
    sqlite3_vfs* real = d.real != nullptr ? d.real : sqlite3_vfs_find(nullptr);
    d = {};
    d.real = real;
    d.own = *real;
    d.own.pNext = nullptr;
    d.own.zName = "faulty";
    d.own.szOsFile = static_cast<int>(sizeof(File)) + real->szOsFile;
    d.own.xOpen = open;
    sqlite3_vfs_register(&d.own, 1);
}

FaultyDisk::~FaultyDisk() {
    sqlite3_vfs_unregister(&disk().own);
}

void FaultyDisk::fail(Trouble trouble, std::int64_t n, Lasting lasting) {
    disk().trouble = trouble;
    disk().left = n;
    disk().lasting = lasting == Lasting::from_then_on;
    disk().failed = false;
}

void FaultyDisk::heal() {
    disk().left = 0;
}

void FaultyDisk::before_lock(std::int64_t n, std::function<void()> work) {
    disk().locks_left = n;
    disk().before_lock = std::move(work);
}

bool FaultyDisk::failed() const {
    return disk().failed;
}

std::int64_t FaultyDisk::count(Operation operation) const {
    return disk().counts.at(static_cast<std::size_t>(operation));
}

std::map<std::string, std::string> FaultyDisk::after_power_cut() const {
    std::map<std::string, std::string> out;
    for (const auto& [name, durable] : disk().files)
        out[name] = durable.synced;
    return out;
}

std::map<std::string, std::string> FaultyDisk::torn_by_power_cut(std::uint64_t dice) const {
    constexpr std::size_t sector = 512;
    std::mt19937_64 random(dice);
    std::map<std::string, std::string> out;
    for (const auto& [name, durable] : disk().files) {
        std::string content = durable.synced;
        for (const Write& pending : durable.pending) {
            if (pending.truncates) {
                if (random() % 2 == 0) apply(content, pending);
                continue;
            }
            for (std::size_t at = 0; at < pending.bytes.size(); at += sector) {
                if (random() % 2 == 0)
                    apply(content, {pending.at + at, pending.bytes.substr(at, sector), false});
            }
        }
        out[name] = std::move(content);
    }
    return out;
}

} // namespace test
