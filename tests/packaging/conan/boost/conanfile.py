"""Boost as the system has it, under the name and with the component names of the package index's recipe.

No recipe server can be reached where the tests run; this stands in for it, so that conan/conanfile.py itself stays as it
would be submitted. The version comes on the command line, from the Boost that CMake found.
"""

from conan import ConanFile


class SystemBoostConan(ConanFile):
    name = "boost"
    package_type = "shared-library"
    settings = "os", "arch", "compiler", "build_type"

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "Boost")

        headers = self.cpp_info.components["headers"]
        headers.set_property("cmake_target_name", "Boost::headers")

        json = self.cpp_info.components["json"]
        json.set_property("cmake_target_name", "Boost::json")
        json.requires = ["headers"]
        json.system_libs = ["boost_json"]

        for component in (headers, json):  # the compiler looks where they are by itself
            component.includedirs = []
            component.libdirs = []
            component.bindirs = []
