# cmake -DFROM=... -DTO=... -DSOURCE=... -P moved_install.cmake: moves FROM/.local, an install, to TO/.local, where the
# headers have to be the tree's and no file may know where it was before.
file(REMOVE_RECURSE "${TO}")
file(MAKE_DIRECTORY "${TO}")
file(RENAME "${FROM}/.local" "${TO}/.local")

execute_process(COMMAND diff -r "${SOURCE}/include" "${TO}/.local/include" COMMAND_ERROR_IS_FATAL ANY)

file(GLOB_RECURSE _files "${TO}/.local/share/*")
list(LENGTH _files _number)
if(_number LESS 6)
  message(FATAL_ERROR "only ${_number} files are installed besides the headers: ${_files}")
endif()
foreach(_file IN LISTS _files)
  file(READ "${_file}" _text)
  foreach(_path "${FROM}" "${SOURCE}")
    string(FIND "${_text}" "${_path}" _at)
    if(NOT _at EQUAL -1)
      message(FATAL_ERROR "${_file} cannot be moved: it has ${_path}")
    endif()
  endforeach()
endforeach()
