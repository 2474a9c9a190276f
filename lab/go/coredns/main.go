// CoreDNS with the plugins that the lab's clusters use, and no others: the whole one takes five times as long to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
)

func main() {
	// The order in which a server asks its plugins: CoreDNS's own plugin.cfg, without what is left out.
	dnsserver.Directives = []string{"bind", "reload", "ready", "errors", "cache", "template", "kubernetes"}
	coremain.Run()
}
