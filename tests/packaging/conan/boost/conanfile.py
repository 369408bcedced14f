"""Boost as the system has it, under the name and with the options and component names of the package index's recipe.

No recipe server can be reached where the tests run; this stands in for it, so that the recipes under test stay as they
would be submitted. The version comes on the command line, from the Boost that CMake found.
"""

from conan import ConanFile


class SystemBoostConan(ConanFile):
    name = "boost"
    settings = "os", "arch", "compiler", "build_type"
    options = {"header_only": [True, False], "without_json": [True, False]}
    default_options = {"header_only": False, "without_json": False}

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "Boost")
        parts = [self.cpp_info.components["headers"]]
        parts[0].set_property("cmake_target_name", "Boost::headers")

        if not self.options.header_only and not self.options.without_json:
            json = self.cpp_info.components["json"]
            json.set_property("cmake_target_name", "Boost::json")
            json.requires = ["headers"]
            json.system_libs = ["boost_json"]
            parts.append(json)

        for component in parts:  # the compiler looks where they are by itself
            component.includedirs = []
            component.libdirs = []
            component.bindirs = []
