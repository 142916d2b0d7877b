# Bare-metal RISC-V with picolibc: shows that core/ and device/boot need no operating system, and
# measures their size. Packages: gcc-riscv64-unknown-elf, picolibc-riscv64-unknown-elf.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR riscv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
# Not CMAKE_C_FLAGS_INIT: the preset's CMAKE_C_FLAGS would replace it.
add_compile_options(
  -march=rv32imc -mabi=ilp32 --specs=picolibc.specs -ffunction-sections -fdata-sections
  -msave-restore)

# Of mbedTLS only the headers: core/crypto is compiled against them, nothing is linked. A folder of
# its own, because /usr/include would bring the host's C library with it.
set(mbedtls_headers ${CMAKE_BINARY_DIR}/mbedtls-headers)
file(MAKE_DIRECTORY ${mbedtls_headers})
foreach(folder mbedtls psa)
  file(CREATE_LINK /usr/include/${folder} ${mbedtls_headers}/${folder} SYMBOLIC)
endforeach()
set(CMAKE_C_STANDARD_INCLUDE_DIRECTORIES ${mbedtls_headers})
