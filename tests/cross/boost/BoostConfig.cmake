# Boost for a cross build: its headers alone, taken from the machine that builds. /usr/include itself must not be searched,
# as the C library's headers in it are not the target's; so a directory that holds nothing but a link to them.
# PRESENCE_BOOST_ROOT comes from BoostConfigVersion.cmake.
set(_only_boost "${CMAKE_BINARY_DIR}/only_boost")
file(MAKE_DIRECTORY "${_only_boost}")
file(CREATE_LINK "${PRESENCE_BOOST_ROOT}/boost" "${_only_boost}/boost" SYMBOLIC)
if(NOT TARGET Boost::headers)
  add_library(Boost::headers INTERFACE IMPORTED)
  target_include_directories(Boost::headers INTERFACE "${_only_boost}")
endif()
