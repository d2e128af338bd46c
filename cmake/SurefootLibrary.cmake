# SPDX-License-Identifier: MIT
# The library `surefoot`, and `surefoot-internal`, the same with internal symbols reachable for tests and benchmark.
file(GLOB library_sources CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/src/*/*.c" "${PROJECT_SOURCE_DIR}/src/*/*/*.c")
list(FILTER library_sources EXCLUDE REGEX "/src/cli/")

# report.html's page, script and style as C.
set(SFT_UPLOT_DIR "${PROJECT_SOURCE_DIR}/build/uplot" CACHE PATH "Folder with uPlot, the charts' library of report.html")
set(page_c "${PROJECT_BINARY_DIR}/generated/page_assets.c")
file(GLOB page_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/report/page/*" "${PROJECT_SOURCE_DIR}/src/lab/page/*")
file(GLOB uplot_sources CONFIGURE_DEPENDS "${SFT_UPLOT_DIR}/*")
add_custom_command(OUTPUT "${page_c}"
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DOUT=${page_c}" "-DUPLOT=${SFT_UPLOT_DIR}"
            -P "${PROJECT_SOURCE_DIR}/cmake/SurefootEmbed.cmake"
    DEPENDS ${page_sources} ${uplot_sources} "${PROJECT_SOURCE_DIR}/cmake/SurefootEmbed.cmake"
    COMMENT "Embedding report.html" VERBATIM)
add_custom_target(surefoot-page DEPENDS "${page_c}")     # once, also where two libraries are built beside each other
list(APPEND library_sources "${page_c}")

if(NOT SFT_USE_ONEDNN)
    list(FILTER library_sources EXCLUDE REGEX "/src/backend/onednn/")
endif()
if(SFT_SANITIZE)
    file(GLOB tiles "${PROJECT_SOURCE_DIR}/src/backend/simd/*_tiles.c")
    # Instrumented, the unrolled tiles take minutes to compile; tests/test_backend.c compares every number they write.
    set_source_files_properties(${tiles} PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all")
endif()

function(sft_add_library target type)
    add_library(${target} ${type} ${library_sources})
    add_dependencies(${target} surefoot-page)
    target_include_directories(${target}
        PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_compile_definitions(${target} PRIVATE ${sft_definitions} $<$<STREQUAL:${type},SHARED>:SFT_BUILD_SHARED=1>)
    if(SFT_REAL_DOUBLE)
        target_compile_definitions(${target} PUBLIC SFT_REAL_DOUBLE=1)
    endif()
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:sft-flags> Threads::Threads m)
    foreach(library IN LISTS sft_libraries)
        target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
    endforeach()
    target_link_libraries(${target} PRIVATE $<INSTALL_INTERFACE:${sft_install_libraries}>)
endfunction()

if(BUILD_SHARED_LIBS)
    sft_add_library(surefoot SHARED)
    sft_add_library(surefoot-internal STATIC)
    set_target_properties(surefoot-internal PROPERTIES EXCLUDE_FROM_ALL ON)
    set_target_properties(surefoot PROPERTIES VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
else()
    sft_add_library(surefoot STATIC)
    add_library(surefoot-internal ALIAS surefoot)
endif()
add_library(surefoot::surefoot ALIAS surefoot)

# Links a test or a benchmark to the internals: private headers and the same feature definitions.
function(sft_link_internal target)
    target_link_libraries(${target} PRIVATE surefoot-internal sft-flags)
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
    target_compile_definitions(${target} PRIVATE ${sft_definitions})
    target_compile_options(${target} PRIVATE -UNDEBUG)      # their asserts are the point
    foreach(library IN LISTS sft_libraries)
        target_link_libraries(${target} PRIVATE ${library})
    endforeach()
endfunction()
