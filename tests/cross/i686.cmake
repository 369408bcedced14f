# 32 bits, little endian. Most x86-64 kernels run such programs themselves, and many times faster than qemu does.
set(_triplet i686-linux-gnu)
execute_process(COMMAND /usr/i686-linux-gnu/lib/ld-linux.so.2 --version
  RESULT_VARIABLE _native OUTPUT_QUIET ERROR_QUIET)
if(NOT _native EQUAL 0)
  set(_qemu qemu-i386)
endif()
include("${CMAKE_CURRENT_LIST_DIR}/linux.cmake")
