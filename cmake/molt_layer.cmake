# molt_layer(NAME SOURCES ... USES ... [LIBS ...]): one library per folder.
#
# Each names the layers it stands on, the same arrows as layers.txt. The objects also go into
# libmolt.a (cmake/install.cmake).
function(molt_layer name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBS" ${ARGN})
  list(TRANSFORM arg_USES PREPEND molt_)
  add_library(molt_${name}_objects OBJECT ${arg_SOURCES})
  add_library(molt_${name} STATIC $<TARGET_OBJECTS:molt_${name}_objects>)
  foreach(target molt_${name}_objects molt_${name})
    target_include_directories(${target} PUBLIC
      ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/core
      ${PROJECT_SOURCE_DIR}/device)
    target_link_libraries(${target} PUBLIC ${arg_USES} ${arg_LIBS})
  endforeach()
  if(MOLT_FUZZ)
    target_compile_options(molt_${name}_objects PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# molt_test(LAYER/test_X LIBS...): tests/LAYER/test_X.c, a cmocka program (tests/support/check.h).
function(molt_test path)
  get_filename_component(name ${path} NAME)
  string(REPLACE "/" "_" target ${path})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${path}.c)
  target_link_libraries(${target} PRIVATE ${ARGN} ${CMOCKA_LIBRARIES})
  target_compile_definitions(${target} PRIVATE _DEFAULT_SOURCE
    MOLT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${path} COMMAND ${target})
  set_tests_properties(${path} PROPERTIES TIMEOUT 600)
endfunction()

# molt_script_test(FOLDER/test_X [ARGS...]): tests/FOLDER/test_X.py, told where the build is.
function(molt_script_test path)
  add_test(NAME ${path}
           COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tests/${path}.py ${ARGN})
  set_tests_properties(${path} PROPERTIES TIMEOUT 900
    ENVIRONMENT "MOLT_BUILD=${PROJECT_BINARY_DIR};MOLT_SOURCE=${PROJECT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()

# molt_fuzz(NAME LIBS...): tests/fuzz/fuzz_NAME.c with the corpus tests/fuzz/corpus/NAME.
# Every preset runs the corpus as a test; the fuzz preset (clang) also searches for new inputs for
# MOLT_FUZZ_SECONDS.
set(MOLT_FUZZ_SECONDS 5 CACHE STRING "How long each fuzz target runs under ctest")
function(molt_fuzz name)
  set(target fuzz_${name})
  set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/${target}.c)
  target_link_libraries(${target} PRIVATE ${ARGN})
  if(MOLT_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set(found ${PROJECT_BINARY_DIR}/fuzz-found/${name})
    file(MAKE_DIRECTORY ${found})
    add_test(NAME fuzz/${name}
             COMMAND ${target} -max_total_time=${MOLT_FUZZ_SECONDS} -rss_limit_mb=1024 -timeout=10
                     -verbosity=0 -print_final_stats=1 -artifact_prefix=${found}/ ${found} ${corpus})
  else()
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/run_corpus.c)
    add_test(NAME fuzz/${name} COMMAND ${target} ${corpus})
  endif()
  set_tests_properties(fuzz/${name} PROPERTIES TIMEOUT 300 LABELS fuzz)
endfunction()
