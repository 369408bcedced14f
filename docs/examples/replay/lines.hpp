#ifndef REPLAY_LINES_HPP
#define REPLAY_LINES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct gzFile_s;

namespace replay {

/// The lines of a file, or of standard input if it is called "-". Either may be compressed with gzip.
/// Reads in pieces: what it holds does not grow with the input.
class line_source {
 public:
  /// A line of more bytes is refused, so that a file that is no trace cannot fill the memory.
  static constexpr std::size_t longest_line = std::size_t{64} * 1024;

  /// Throws std::runtime_error, with the file's name and the reason, where it cannot be read. So does `next`.
  explicit line_source(const std::string& file);

  /// The next line, without what ends it: LF, CR LF, or the end of the file. False when there is none.
  /// The view is good until the next call.
  [[nodiscard]] bool next(std::string_view& line);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Of the line that `next` gave last, counted from 1.
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  /// How much has been read, from 0 to 1; unknown for a pipe.
  [[nodiscard]] std::optional<double> progress() const;

  /// Throws std::runtime_error: `FILE:LINE: what`, of the line that `next` gave last.
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  struct closer {
    void operator()(gzFile_s* file) const noexcept;
  };

  [[nodiscard]] bool fill();
  [[noreturn]] void cannot_read(const std::string& why) const;

  std::string name_;
  std::unique_ptr<gzFile_s, closer> file_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is in the buffer and has not been given out
  std::size_t end_ = 0;
  std::string line_;  // one that did not lie in the buffer in one piece
  std::uint64_t number_ = 0;
  std::uint64_t consumed_ = 0;
  std::uint64_t total_ = 0;  // 0: unknown
};

}  // namespace replay

#endif
