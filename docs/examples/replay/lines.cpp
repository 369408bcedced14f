#include "lines.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace replay {
namespace {

/// Bytes of text in a regular file. A gzip file ends with that number, little-endian, if it is below 4 GiB; it is used
/// to show progress and for nothing else.
std::uint64_t text_size(const std::string& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return 0;
  const auto size = std::filesystem::file_size(file, failed);
  std::ifstream in{file, std::ios::binary};
  std::array<unsigned char, 4> bytes{};
  const auto read = [&] { return static_cast<bool>(in.read(reinterpret_cast<char*>(bytes.data()), 4)); };
  if (failed || !in) return 0;
  if (!read() || bytes[0] != 0x1f || bytes[1] != 0x8b) return size;
  if (!in.seekg(-4, std::ios::end) || !read()) return 0;
  return bytes[0] + bytes[1] * 0x100ULL + bytes[2] * 0x10000ULL + bytes[3] * 0x1000000ULL;
}

}  // namespace

void line_source::closer::operator()(gzFile_s* file) const noexcept { gzclose_r(file); }

line_source::line_source(const std::string& file)
    : name_(file == "-" ? "<stdin>" : file),
      buffer_(std::size_t{64} * 1024) {
  errno = 0;
  if (file == "-") {
    const int copy = ::dup(STDIN_FILENO);
    if (copy >= 0) file_.reset(gzdopen(copy, "rb"));
    if (!file_ && copy >= 0) ::close(copy);
  } else {
    file_.reset(gzopen(file.c_str(), "rb"));
    total_ = text_size(file);
  }
  if (!file_) cannot_read(errno != 0 ? std::generic_category().message(errno) : "out of memory");
}

bool line_source::fill() {
  errno = 0;
  const int read = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
  int code = Z_OK;
  const char* error = gzerror(file_.get(), &code);
  if (code == Z_ERRNO) cannot_read(std::generic_category().message(errno));
  if (code != Z_OK && (read <= 0 || code != Z_BUF_ERROR)) {
    // zlib says "name: what", with a name of its own where it was given a descriptor
    const std::string_view told = error;
    const auto colon = told.rfind(": ");
    cannot_read(std::string{colon == std::string_view::npos ? told : told.substr(colon + 2)});
  }
  begin_ = 0;
  end_ = static_cast<std::size_t>(std::max(read, 0));
  return end_ > 0;
}

bool line_source::next(std::string_view& line) {
  line_.clear();
  ++number_;
  for (;;) {
    if (begin_ == end_ && !fill()) {
      if (line_.empty()) {
        --number_;
        return false;
      }
      line = line_;
      break;
    }
    const char* const from = buffer_.data() + begin_;
    const auto* const newline = static_cast<const char*>(std::memchr(from, '\n', end_ - begin_));
    const std::size_t length = newline != nullptr ? static_cast<std::size_t>(newline - from) : end_ - begin_;
    const std::size_t taken = newline != nullptr ? length + 1 : length;
    begin_ += taken;
    consumed_ += taken;
    if (line_.size() + length > longest_line) refuse("longer than " + std::to_string(longest_line) + " bytes");
    if (newline != nullptr && line_.empty()) {
      line = {from, length};
      break;
    }
    line_.append(from, length);
    if (newline != nullptr) {
      line = line_;
      break;
    }
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

std::optional<double> line_source::progress() const {
  if (total_ == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(consumed_) / static_cast<double>(total_));
}

void line_source::refuse(const std::string& what) const {
  throw std::runtime_error{name_ + ':' + std::to_string(number_) + ": " + what};
}

void line_source::cannot_read(const std::string& why) const {
  throw std::runtime_error{name_ + ": cannot read: " + why};
}

}  // namespace replay
