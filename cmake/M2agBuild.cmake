# Compiler settings for everything in this repository, and the two functions that declare a part of it.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(M2AG_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/m2ag/plugins)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast)
if(M2AG_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_options($<$<CONFIG:Debug>:-D_GLIBCXX_ASSERTIONS>) # so that back() of an empty vector is found each time
if(M2AG_SANITIZE)
  add_compile_options(-fsanitize=${M2AG_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${M2AG_SANITIZE})
else()
  add_compile_options($<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2> -fstack-protector-strong)
endif()
add_link_options(-Wl,-z,relro,-z,now)

find_program(M2AG_CCACHE ccache)
if(M2AG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${M2AG_CCACHE})
endif()

# m2ag_module(NAME SOURCES … [LINK …] [TESTS …] [ALONE …] [NO_UNITY])
# A folder of host/: the static library m2ag_NAME and, with TESTS, the program NAME_test (ctest label "unit"). With M2AG_UNITY, as the presets
# of the sanitizers have it, eight sources are compiled as one, in half the time; ALONE are those whose local names do not go with the others',
# NO_UNITY says that of all of them.
function(m2ag_module name)
  cmake_parse_arguments(ARG "NO_UNITY" "" "SOURCES;LINK;TESTS;ALONE" ${ARGN})
  add_library(m2ag_${name} STATIC ${ARG_SOURCES})
  if(M2AG_UNITY AND NOT ARG_NO_UNITY)
    set_target_properties(m2ag_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  target_include_directories(m2ag_${name} PUBLIC ${PROJECT_SOURCE_DIR}/host)
  target_link_libraries(m2ag_${name} PUBLIC m2ag::sdk ${ARG_LINK})
  if(ARG_TESTS)
    m2ag_unit_test(${name}_test SOURCES ${ARG_TESTS} LINK m2ag_${name})
  endif()
endfunction()

# m2ag_unit_test(NAME SOURCES … [LINK …]): a Catch2 program, one ctest entry per test case, label "unit".
function(m2ag_unit_test name)
  if(NOT M2AG_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE m2ag_test_main ${ARG_LINK})
  catch_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
