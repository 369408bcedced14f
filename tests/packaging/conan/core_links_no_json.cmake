# Read by a project that finds the package with its JSON codec: who links the core does not link that too.
function(expect_that_the_core_links_no_json)
  get_target_property(_libraries presence::presence INTERFACE_LINK_LIBRARIES)
  if(NOT TARGET presence::json OR _libraries MATCHES "json")
    message(FATAL_ERROR "presence::presence links ${_libraries}")
  endif()
endfunction()
cmake_language(DEFER CALL expect_that_the_core_links_no_json)
