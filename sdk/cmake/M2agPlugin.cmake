# How a plugin is built and tested, inside this repository and (after find_package(M2agSdk)) outside of it.
#
#   m2ag_add_plugin(relay relay.cpp)          # relay.so, its contract test, its install rule
#   m2ag_plugin_test(relay relay_test.cpp)    # relay_test, which is linked with the plugin's code
#
# A plugin is a module that exports the one symbol m2ag_plugin. Hidden visibility and -fno-gnu-unique keep everything else to itself:
# without them two plugins share inline variables, and a library that was closed stays mapped.
include(GNUInstallDirs)

# m2ag_add_plugin(NAME [NO_INSTALL] source… [LINK library…])
# The target NAME is the module; NAME_code holds its compiled sources and takes further properties.
function(m2ag_add_plugin name)
  cmake_parse_arguments(ARG "NO_INSTALL" "" "LINK" ${ARGN})
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
  add_library(${name}_code OBJECT ${ARG_UNPARSED_ARGUMENTS})
  set_target_properties(${name}_code PROPERTIES
    CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${name}_code PUBLIC cxx_std_20)
  target_compile_options(${name}_code PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique> -Wall -Wextra)
  target_link_libraries(${name}_code PUBLIC m2ag::sdk ${ARG_LINK})

  add_library(${name} MODULE $<TARGET_OBJECTS:${name}_code>)
  set_target_properties(${name} PROPERTIES PREFIX "" LINKER_LANGUAGE CXX LINK_DEPENDS ${version_script})
  if(M2AG_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${M2AG_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,--version-script=${version_script})
  if(NOT ARG_NO_INSTALL)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/m2ag/plugins)
  endif()
  if(M2AG_EXECUTABLE)
    add_test(NAME "contract: ${name}" COMMAND ${M2AG_EXECUTABLE} check $<TARGET_FILE:${name}>)
    set_tests_properties("contract: ${name}" PROPERTIES LABELS contract TIMEOUT 60)
  endif()
endfunction()

# m2ag_plugin_test(NAME source… [LINK library…]): a Catch2 program beside the plugin NAME, one ctest entry per test case.
function(m2ag_plugin_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  if(COMMAND m2ag_unit_test)
    m2ag_unit_test(${name}_test SOURCES ${ARG_UNPARSED_ARGUMENTS} LINK ${name}_code ${ARG_LINK})
    return()
  endif()
  find_package(Catch2 REQUIRED)
  include(Catch)
  add_executable(${name}_test ${ARG_UNPARSED_ARGUMENTS})
  # Version 3 has its main() in a library; that of version 2 is compiled.
  if(TARGET Catch2::Catch2WithMain)
    target_link_libraries(${name}_test PRIVATE ${name}_code Catch2::Catch2WithMain ${ARG_LINK})
  else()
    set(main ${CMAKE_CURRENT_BINARY_DIR}/catch_main.cpp)
    file(CONFIGURE OUTPUT ${main} CONTENT "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
    target_sources(${name}_test PRIVATE ${main})
    target_link_libraries(${name}_test PRIVATE ${name}_code Catch2::Catch2 ${ARG_LINK})
  endif()
  catch_discover_tests(${name}_test TEST_PREFIX "${name}_test: " PROPERTIES LABELS unit)
endfunction()
