#include "user.hpp"

#include <iostream>

int main() {
  const seen ours = application();
  const seen theirs = sdk();
  std::cout << ours.minor_version << ": " << ours.type << '\n' << theirs.minor_version << ": " << theirs.type << '\n';
  const bool two = ours.minor_version != theirs.minor_version;
  const bool apart = ours.type != theirs.type && ours.category != theirs.category;
  return two && apart && ours.members == 1 && theirs.members == 1 ? 0 : 1;
}
