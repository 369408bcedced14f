// What a user of the library has seen of it. Two users, compiled against two versions, are linked into one program.
#ifndef PRESENCE_TESTS_TWO_VERSIONS_USER_HPP
#define PRESENCE_TESTS_TWO_VERSIONS_USER_HPP

#include <cstddef>
#include <string>
#include <system_error>

struct seen {
  int minor_version;
  std::size_t members;                  // in a set that has had one enter
  std::string type;                     // of that set, as the linker names it
  const std::error_category* category;  // an object of the library of which there is one for each version
};

seen application();
seen sdk();

#endif
