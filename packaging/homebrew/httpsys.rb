# Homebrew formula. To use it from a checkout: `brew install --HEAD --formula packaging/homebrew/httpsys.rb`,
# then `brew test httpsys`.
class Httpsys < Formula
  desc "Windows HTTP Server API (http.h, HTTP.sys) in user space"
  homepage "https://github.com/httpsys/httpsys"
  license any_of: ["MIT", "Apache-2.0"]
  head "https://github.com/httpsys/httpsys.git", branch: "main"

  depends_on "pkgconf" => [:build, :test]
  depends_on "rust" => :build

  def install
    system "make", "build"
    system "make", "install", "PREFIX=#{prefix}"
  end

  # Starts a program on a free port, which it prints, and asks it for a page.
  def serves(program)
    IO.popen([program, "0"]) do |output|
      url = output.gets.to_s[%r{http://\S+}]
      assert_match "HTTP Server API", shell_output("curl --silent --max-time 10 #{url}")
    ensure
      Process.kill("TERM", output.pid)
    end
  end

  test do
    ENV["HTTPSYS_CONFIG"] = testpath/"config.json"
    assert_match "0.0.0.0:8443", shell_output("#{bin}/httpsysctl dev-cert")
    cp doc/"examples/c/hello.c", testpath
    system bin/"httpsys-cc", "hello.c", "-o", "by-httpsys-cc"
    serves "./by-httpsys-cc"
    flags = shell_output("pkgconf --cflags --libs httpapi").split
    system ENV.cc, "hello.c", *flags, "-o", "by-pkgconf"
    serves "./by-pkgconf"
  end
end
