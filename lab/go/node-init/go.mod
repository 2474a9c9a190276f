module meshferry.lab/node-init

go 1.24
