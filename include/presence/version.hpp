// The one place the version is written: CMake, Conan, vcpkg and the inline namespace read it from here.
#ifndef PRESENCE_VERSION_HPP
#define PRESENCE_VERSION_HPP

///@{
/// A number of the version, for `#if`.
#define PRESENCE_VERSION_MAJOR 0
#define PRESENCE_VERSION_MINOR 2
#define PRESENCE_VERSION_PATCH 0
///@}

/// Everything lives in `presence::PRESENCE_ABI`, an inline namespace: two copies of the library of different minor
/// versions can be linked into one program (one inside an SDK, one beside it) without mixing their types.
#define PRESENCE_ABI v0_2

#endif
