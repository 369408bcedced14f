# 64 bits, little endian
set(_triplet aarch64-linux-gnu)
set(_qemu qemu-aarch64)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
