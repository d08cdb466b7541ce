module example.org/go-semver

go 1.21
