# Installs the SDK of BUILD into an empty prefix, makes a plugin with `M2AG new-plugin`, and builds, tests, checks and installs it there.
cmake_policy(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(prefix ${WORK}/prefix)
set(plugin ${WORK}/soil_moisture)
set(ENV{CTEST_OUTPUT_ON_FAILURE} 1)
file(REMOVE_RECURSE ${WORK})

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component sdk)
run(${M2AG} new-plugin soil_moisture --dir ${plugin})
run(${CMAKE_COMMAND} -S ${plugin} -B ${plugin}/build -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D M2AG_EXECUTABLE=${M2AG})
run(${CMAKE_COMMAND} --build ${plugin}/build)
run(${CMAKE_CTEST_COMMAND} --test-dir ${plugin}/build)
run(${M2AG} describe ${plugin}/build/soil_moisture.so)
run(${CMAKE_COMMAND} --install ${plugin}/build --prefix ${prefix})

execute_process(COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${plugin}/build -N OUTPUT_VARIABLE tests COMMAND_ERROR_IS_FATAL ANY)
foreach(wanted "contract: soil_moisture" "soil_moisture_test: *a file that is not there")
  if(NOT tests MATCHES "${wanted}")
    message(FATAL_ERROR "no test \"${wanted}\" among: ${tests}")
  endif()
endforeach()
file(GLOB_RECURSE installed ${prefix}/*/soil_moisture.so)
if(NOT installed)
  message(FATAL_ERROR "soil_moisture.so was not installed below ${prefix}")
endif()
