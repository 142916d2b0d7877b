# What `cmake --install` gives: bin/molt, lib/libmolt.a with every layer of the device, the public
# headers below include/molt/ (they keep ESP-IDF's names, so they need a folder of their own on the
# include path), molt.pc, and a CMake package with the target molt::molt and molt_add_app().
include(CMakePackageConfigHelpers)

set(objects)
foreach(layer base crypto format flash slots boot ctx http ota sim port llhttp)
  if(TARGET molt_${layer}_objects)
    list(APPEND objects $<TARGET_OBJECTS:molt_${layer}_objects>)
  endif()
endforeach()
add_library(molt_whole STATIC ${objects})
set_target_properties(molt_whole PROPERTIES OUTPUT_NAME molt EXPORT_NAME molt)
target_include_directories(molt_whole INTERFACE
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/molt>)
target_link_libraries(molt_whole INTERFACE mbedtls mbedx509 mbedcrypto)

install(TARGETS molt_whole EXPORT molt ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/molt
        FILES_MATCHING PATTERN "*.h")
# The two headers below include/ that the public ones stand on.
install(FILES ${PROJECT_SOURCE_DIR}/core/base/err.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/molt/base)
install(FILES ${PROJECT_SOURCE_DIR}/core/flash/nor.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/molt/flash)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/molt)
install(EXPORT molt NAMESPACE molt:: FILE molt-targets.cmake DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/molt-config.cmake.in
  ${PROJECT_BINARY_DIR}/molt-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/molt-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/molt-config.cmake ${PROJECT_BINARY_DIR}/molt-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/molt_add_app.cmake
        DESTINATION ${package_dir})

# Relative, so that --prefix at the time of installing counts.
file(RELATIVE_PATH MOLT_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${PROJECT_SOURCE_DIR}/cmake/molt.pc.in ${PROJECT_BINARY_DIR}/molt.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/molt.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
