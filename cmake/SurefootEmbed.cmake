# SPDX-License-Identifier: MIT
# Writes what report.html is made of (src/report/page/, and uPlot where ./dev fetched it) and the style of the page of labs
# (src/lab/page/) as one C file. A script:
#     cmake -DSOURCE=DIR -DOUT=FILE [-DUPLOT=DIR] -P cmake/SurefootEmbed.cmake
# QUIET=ON: nothing is said of a missing uPlot.
# uPlot is taken only when its files are the very ones that are named here.
set(uplot_sha256_uPlot.iife.min.js 19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f)
set(uplot_sha256_uPlot.min.css df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04)
set(uplot_sha256_LICENSE 8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd)

string(CONCAT text "/* SPDX-License-Identifier: MIT */\n/* Written by cmake/SurefootEmbed.cmake from src/report/page/. Do not edit. */\n"
         "#include \"report/page.h\"\n")

# asset(NAME FILE...): the files one after another, as sft__page_NAME; a NUL behind them.
function(asset name)
    set(hex)
    foreach(file IN LISTS ARGN)
        file(READ "${file}" part HEX)
        string(APPEND hex "${part}")
    endforeach()
    string(LENGTH "${hex}" digits)
    math(EXPR size "${digits} / 2")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
    string(APPEND text "\nstatic const unsigned char ${name}_bytes[] = {\n${bytes}0x00 };\n"
                       "const sft_asset sft__page_${name} = { ${name}_bytes, ${size} };\n")
    set(text "${text}" PARENT_SCOPE)
endfunction()

set(have_uplot ON)
foreach(file uPlot.iife.min.js uPlot.min.css LICENSE)
    set(found)
    if(UPLOT AND EXISTS "${UPLOT}/${file}")
        file(SHA256 "${UPLOT}/${file}" found)
    endif()
    if(NOT found STREQUAL "${uplot_sha256_${file}}")
        set(have_uplot OFF)
    endif()
endforeach()

set(page "${SOURCE}/src/report/page")
file(GLOB scripts "${page}/*.js")
file(GLOB styles "${page}/*.css")
list(SORT scripts)
list(SORT styles)
asset(html "${page}/page.html")
asset(css ${styles})
asset(js ${scripts})
asset(labs_css "${SOURCE}/src/lab/page/labs.css")
if(have_uplot)
    asset(uplot_js "${UPLOT}/uPlot.iife.min.js")
    asset(uplot_css "${UPLOT}/uPlot.min.css")
    asset(uplot_licence "${UPLOT}/LICENSE")
else()
    if(NOT QUIET)
        message(STATUS "Surefoot: report.html will draw simple charts (uPlot was not found; ./dev build fetches it)")
    endif()
    asset(uplot_js)
    asset(uplot_css)
    asset(uplot_licence)
endif()
file(WRITE "${OUT}" "${text}")
