# WebAssembly: Debian's emscripten, and Node. One thread, with exceptions.
execute_process(COMMAND em-config EMSCRIPTEN_ROOT OUTPUT_VARIABLE _emscripten OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
include("${_emscripten}/cmake/Modules/Platform/Emscripten.cmake")
set(CMAKE_CXX_FLAGS_INIT "-fexceptions")
# Compiled at once and not by way of fetch, which Node 18 and newer have, but not for files; memory as it is needed.
string(CONCAT CMAKE_EXE_LINKER_FLAGS_INIT "-sWASM_ASYNC_COMPILATION=0 -sENVIRONMENT=node -sEXIT_RUNTIME=1 "
  "-sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=2GB")
set(CMAKE_CROSSCOMPILING_EMULATOR node)
