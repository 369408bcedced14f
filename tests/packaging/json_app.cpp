// The same for the JSON codec, whose library has to be linked.
#include <presence/codec/json.hpp>

#include <string>

int main() { return presence::json_codec<std::string>{}.encode("here").value().content() == "\"here\"" ? 0 : 1; }
