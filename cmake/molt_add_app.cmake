# molt_add_app(NAME VERSION V SRCS FILE...
#              [PROJECT_NAME P] [SECURE_VERSION N] [EMBED_TXTFILES FILE...] [LIBS LIB...])
#
# Builds an app for the virtual device: the executable NAME (from void app_main(void)), and from it
# the app image NAME.bin beside it, with P (default NAME), V and N in its descriptor. The image is
# what a server offers and what `molt flash create --write ota_0=NAME.bin` puts into a slot.
#
# A file in EMBED_TXTFILES is in the app as text with a NUL behind it, as in ESP-IDF:
#     server.pem  ->  _binary_server_pem_start, _binary_server_pem_end (behind the NUL)
# It may be made by the build; it is read when the app is compiled.
function(molt_add_app)
  # Also as molt_add_app(NAME chapter ...).
  cmake_parse_arguments(arg "" "NAME;VERSION;PROJECT_NAME;SECURE_VERSION" "SRCS;EMBED_TXTFILES;LIBS"
                        ${ARGN})
  foreach(needed NAME VERSION SRCS)
    if(NOT DEFINED arg_${needed})
      message(FATAL_ERROR "molt_add_app: ${needed} is missing")
    endif()
  endforeach()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "molt_add_app: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT DEFINED arg_PROJECT_NAME)
    set(arg_PROJECT_NAME ${arg_NAME})
  endif()
  if(NOT DEFINED arg_SECURE_VERSION)
    set(arg_SECURE_VERSION 0)
  endif()

  add_executable(${arg_NAME} ${arg_SRCS})
  foreach(file IN LISTS arg_EMBED_TXTFILES)
    molt_embed_text(${arg_NAME} ${file})
  endforeach()
  # In this tree the layer, in an installed one all of them.
  if(TARGET molt_port)
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} molt_port)
    set(tool $<TARGET_FILE:molt>)
  else()
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} molt::molt)
    set(tool ${MOLT_TOOL})
  endif()
  # App sources are written for ESP-IDF: GNU C, and not with molt's own warnings.
  set_target_properties(${arg_NAME} PROPERTIES C_EXTENSIONS ON COMPILE_OPTIONS "-Wall;-Wextra")
  target_compile_options(${arg_NAME} PRIVATE -ffunction-sections -fdata-sections)
  target_link_options(${arg_NAME} PRIVATE -Wl,--gc-sections)

  set(elf ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.stripped)
  set(image ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.bin)
  add_custom_command(OUTPUT ${image}
    COMMAND ${CMAKE_STRIP} -o ${elf} $<TARGET_FILE:${arg_NAME}>
    COMMAND ${tool} image create --chip linux --app ${elf} --project-name ${arg_PROJECT_NAME}
            --version ${arg_VERSION} --secure-version ${arg_SECURE_VERSION} ${image}
    DEPENDS ${arg_NAME} ${tool} VERBATIM COMMENT "App image ${arg_NAME}.bin")
  add_custom_target(${arg_NAME}_image ALL DEPENDS ${image})
endfunction()

# molt_embed_text(TARGET FILE): see EMBED_TXTFILES above.
function(molt_embed_text target file)
  cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  cmake_path(GET file FILENAME name)
  string(MAKE_C_IDENTIFIER ${name} symbol)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}.${name}.c)
  set(text "/* ${name}, embedded by molt_add_app() */
__asm__(\".section .rodata\\n\"
        \".global _binary_${symbol}_start\\n\"
        \"_binary_${symbol}_start:\\n\"
        \".incbin \\\"${file}\\\"\\n\"
        \".byte 0\\n\"
        \".global _binary_${symbol}_end\\n\"
        \"_binary_${symbol}_end:\\n\"
        \".previous\\n\");
")
  file(CONFIGURE OUTPUT ${source} CONTENT "${text}" @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()
