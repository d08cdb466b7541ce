module example.org/go-bucket

go 1.21
