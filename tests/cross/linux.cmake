# Linux on another processor: Debian's g++ for it, and qemu to run what it made.
# Who includes this sets _triplet and _qemu.
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX MATCH "^[^-]+" CMAKE_SYSTEM_PROCESSOR "${_triplet}")
set(CMAKE_CXX_COMPILER "${_triplet}-g++")
# So that qemu needs no libraries of the target. ld warns of getaddrinfo, which GoogleTest has but no test calls.
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static")
if(_qemu)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${_qemu}")
endif()
set(CMAKE_FIND_ROOT_PATH "/usr/${_triplet}")
include("${CMAKE_CURRENT_LIST_DIR}/find.cmake")
