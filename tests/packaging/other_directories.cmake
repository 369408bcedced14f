# cmake -DSOURCE=... -DDIR=... -P other_directories.cmake: where an install's directories have other names, what is
# installed for CMake and for pkg-config finds the headers all the same.
file(REMOVE_RECURSE "${DIR}")
set(_prefix "${DIR}/prefix")
execute_process(COMMAND "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${DIR}/build" -G Ninja "-DCMAKE_INSTALL_PREFIX=${_prefix}"
    -DCMAKE_INSTALL_INCLUDEDIR=deep/headers -DCMAKE_INSTALL_DATADIR=data
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${DIR}/build" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

set(ENV{PKG_CONFIG_PATH} "${_prefix}/data/pkgconfig")
execute_process(COMMAND pkg-config --variable=includedir presence
  OUTPUT_VARIABLE _by_pkg_config OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS "${_prefix}/data/cmake/presence/presence-targets.cmake" _by_cmake REGEX INTERFACE_INCLUDE_DIRECTORIES)
string(REGEX REPLACE ".*\"(.*)\"" "\\1" _by_cmake "${_by_cmake}")
string(REPLACE "\${_IMPORT_PREFIX}" "${_prefix}" _by_cmake "${_by_cmake}")
foreach(_directory "${_by_pkg_config}" "${_by_cmake}")
  if(NOT EXISTS "${_directory}/presence/version.hpp")
    message(FATAL_ERROR "the headers are not in '${_directory}'")
  endif()
endforeach()
