# SPDX-License-Identifier: MIT
# Files compiled into the library: assets/NAME.bin becomes sft__embedded_NAME[] and sft__embedded_NAME_size.

# Adds to the list `out` one generated C file for each asset; made anew when the asset changes.
function(sft_embed out)
    file(GLOB assets CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/assets/*.bin")
    set(generated)
    foreach(asset IN LISTS assets)
        cmake_path(GET asset STEM name)
        set(c_file "${PROJECT_BINARY_DIR}/embedded/${name}.c")
        add_custom_command(
            OUTPUT "${c_file}"
            COMMAND "${CMAKE_COMMAND}" -DIN=${asset} -DOUT=${c_file} -DNAME=${name}
                    -P "${PROJECT_SOURCE_DIR}/cmake/embed.cmake"
            DEPENDS "${asset}" "${PROJECT_SOURCE_DIR}/cmake/embed.cmake"
            COMMENT "Embedding ${name}.bin" VERBATIM)
        list(APPEND generated "${c_file}")
    endforeach()
    set(${out} ${generated} PARENT_SCOPE)
endfunction()
