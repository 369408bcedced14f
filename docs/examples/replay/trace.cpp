#include "trace.hpp"

#include <presence/options.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

namespace replay {
namespace {

using boost::json::object;

std::int64_t time_of(const object& line, const line_source& where) {
  constexpr std::int64_t last = 253'402'300'799'999;  // the end of the year 9999
  const auto* t = line.if_contains("t");
  if (t == nullptr) where.refuse("\"t\" is missing");
  if (!t->is_int64() && !t->is_uint64()) where.refuse("\"t\" is not an integer");
  if (!t->is_int64() || t->get_int64() < 0 || t->get_int64() > last) {
    where.refuse("\"t\" is not a time in milliseconds between 1970 and 9999");
  }
  return t->get_int64();
}

std::string_view text_of(const object& line, std::string_view field, const line_source& where) {
  const auto quoted = '"' + std::string{field} + '"';
  const auto* value = line.if_contains(field);
  if (value == nullptr) where.refuse(quoted + " is missing");
  if (!value->is_string()) where.refuse(quoted + " is not a string");
  return {value->get_string().data(), value->get_string().size()};
}

happening what_of(const object& line, const line_source& where) {
  const auto text = text_of(line, "event", where);
  for (const auto& [name, what] : {std::pair{"enter", happening::enter}, std::pair{"update", happening::update},
                                   std::pair{"leave", happening::leave}, std::pair{"drop", happening::drop}}) {
    if (text == name) return what;
  }
  where.refuse("\"event\" is none of enter, update, leave and drop");
}

std::string id_of(const object& line, std::string_view field, const line_source& where) {
  const std::size_t longest = presence::hub_limits{}.client_id;
  const auto id = text_of(line, field, where);
  const auto quoted = '"' + std::string{field} + '"';
  if (id.empty()) where.refuse(quoted + " is empty");
  if (id.size() > longest) where.refuse(quoted + " is longer than " + std::to_string(longest) + " bytes");
  return std::string{id};
}

}  // namespace

std::optional<trace_line> trace_reader::next() {
  std::string_view text;
  if (!lines_.next(text)) return std::nullopt;
  if (text.empty()) lines_.refuse("the line is empty");
  boost::json::error_code failed;
  const auto parsed = boost::json::parse(text, failed);
  if (failed) lines_.refuse("not JSON: " + failed.message());
  const auto* line = parsed.if_object();
  if (line == nullptr) lines_.refuse("not a JSON object");

  trace_line read;
  read.at = presence::time_point{std::chrono::milliseconds{time_of(*line, lines_)}};
  read.what = what_of(*line, lines_);
  read.client = id_of(*line, "client", lines_);
  read.connection = id_of(*line, "connection", lines_);
  if (read.client == "*") lines_.refuse("\"client\" is \"*\", which stands for anybody and cannot be present");
  if (last_ && read.at < *last_) lines_.refuse("\"t\" goes back: it is less than in the line before");
  last_ = read.at;
  return read;
}

}  // namespace replay
