# cmake -DEXPECT=REGEX -P must_fail.cmake -- COMPILER ARGUMENTS...
# The command must fail, and what it prints must match EXPECT.
set(command)
set(past_separator FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(past_separator)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(past_separator TRUE)
  endif()
endforeach()

set(ENV{LC_ALL} C)  # quotation marks as EXPECT has them
execute_process(COMMAND ${command} RESULT_VARIABLE status OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
message("${printed}")
if(status EQUAL 0)
  message(FATAL_ERROR "it compiled")
elseif(NOT printed MATCHES "${EXPECT}")
  message(FATAL_ERROR "the diagnostic does not match: ${EXPECT}")
endif()
