# What is installed in STAGE shows nothing of presence and Boost: no header to whoever compiles SOURCE, no symbol of LIBRARY.
execute_process(COMMAND "${CXX}" -std=c++17 -M "-I${STAGE}/include" "${SOURCE}"
  OUTPUT_VARIABLE headers COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "${STAGE}" "" headers "${headers}")  # which may stand below a directory of any name
if(NOT headers MATCHES "/include/parley/parley\\.hpp")
  message(FATAL_ERROR "is not compiled with the installed header:\n${headers}")
endif()
if(headers MATCHES "[^ \n]*/(presence|boost)/[^ \n]*\\.hpp")
  message(FATAL_ERROR "a user of the SDK sees ${CMAKE_MATCH_0}")
endif()

execute_process(COMMAND "${NM}" -D -C --defined-only "${LIBRARY}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
if(NOT symbols MATCHES " parley::call::join")
  message(FATAL_ERROR "its own interface is missing:\n${symbols}")
endif()
if(symbols MATCHES "[^\n]*(presence::|boost::)[^\n]*")
  message(FATAL_ERROR "the library exports ${CMAKE_MATCH_0}")
endif()
