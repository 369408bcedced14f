# 64-bit Windows: Debian's mingw-w64 g++ with threads, and Wine.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
# A program without optimization has so many small sections that the format's 2^16 do not suffice and the linker, which
# takes time by their square, needs minutes.
set(CMAKE_CXX_FLAGS_INIT "-O1 -Wa,-mbig-obj")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")  # so that Wine needs no libraries of the compiler
set(CMAKE_CROSSCOMPILING_EMULATOR wine)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
include("${CMAKE_CURRENT_LIST_DIR}/find.cmake")
