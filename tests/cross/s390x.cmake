# 64 bits, big endian
set(_triplet s390x-linux-gnu)
set(_qemu qemu-s390x)
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
