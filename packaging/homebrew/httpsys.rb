# Homebrew formula. To use it from a checkout: `brew install --HEAD --formula packaging/homebrew/httpsys.rb`.
class Httpsys < Formula
  desc "Windows HTTP Server API (http.h, HTTP.sys) in user space"
  homepage "https://github.com/httpsys/httpsys"
  license any_of: ["MIT", "Apache-2.0"]
  head "https://github.com/httpsys/httpsys.git", branch: "main"

  depends_on "rust" => :build

  def install
    system "make", "build"
    system "make", "install", "PREFIX=#{prefix}"
  end

  test do
    (testpath/"version.c").write <<~C
      #include <http.h>
      int main(void)
      {
          HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
          return HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) != NO_ERROR
              || HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) != NO_ERROR;
      }
    C
    system bin/"httpsys-cc", "version.c", "-o", "version"
    system "./version"
  end
end
