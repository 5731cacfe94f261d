"""Words that, as a whole segment of a path, say that a page is about the site and not an article."""

# Chosen by hand from the footers and menus of news sites in these languages. Compared in lower case, without accents
# and file extension, with `_` as `-`. Words that news sites also use for a section or inside article paths are not
# here: archive, video, live, opinion, weather, games, apps, people, event, special, report.
_WORDS = """
about about-us aboutus who-we-are our-team team staff masthead contact contact-us contactus contacts feedback help
faq faqs support imprint legal legal-notice legal-information disclaimer copyright terms terms-of-use
terms-of-service terms-and-conditions terms-conditions tos privacy privacy-policy privacy-notice privacy-statement
privacy-center privacy-settings cookie cookies cookie-policy cookie-notice cookie-settings consent gdpr ccpa
do-not-sell do-not-sell-my-info do-not-sell-my-personal-information your-privacy-choices your-ad-choices
accessibility accessibility-statement accessibility-help sitemap site-map site-index a-z
login log-in signin sign-in signup sign-up logout log-out register registration account my-account accounts profile
user users member members membership auth oauth sso password reset-password preferences settings
subscribe subscription subscriptions subscribe-now unsubscribe donate donation donations support-us support-our-work
gift gift-cards newsletter newsletters alerts notifications rss feed feeds podcast-feed
advertise advertising advertise-with-us media-kit mediakit advertorial-policy jobs careers career work-with-us
press-room editorial-guidelines editorial-standards editorial-policy ethics-policy corrections-policy code-of-ethics
code-of-conduct community-guidelines how-to-pitch submissions send-us-a-tip tips-line
tag tags topic topics category categories author authors contributor contributors byline search
page index home homepage shop store cart checkout basket puzzles crossword crosswords
horoscopes tv-guide share print email download comments comment trackback amp wp-admin wp-login wp-json
wp-content cgi-bin cdn-cgi api static assets

impressum datenschutz datenschutzerklaerung datenschutzhinweise datenschutz-einstellungen kontakt ueber-uns uber-uns
redaktion agb nutzungsbedingungen barrierefreiheit hilfe anmelden abmelden registrieren registrierung konto
mein-konto profil abo abos abonnement abonnieren abonnements spenden spende mediadaten werben werbung inserieren
stellenangebote stellenmarkt karriere schlagwort schlagwoerter schlagworte stichwort thema themen kategorie
kategorien mitglied mitglieder mitgliedschaft mitglied-werden
autor autoren autorin autorinnen suche verfasser widerruf widerrufsrecht kuendigen cookie-einstellungen
startseite gewinnspiele raetsel e-paper epaper

a-propos qui-sommes-nous mentions-legales mentions-legales-et-cgu nous-contacter contactez-nous
conditions-generales conditions-generales-utilisation conditions-d-utilisation confidentialite
politique-de-confidentialite politique-de-cookies donnees-personnelles gestion-des-cookies cgu cgv aide connexion
inscription deconnexion compte mon-compte abonnement abonnements abonnez-vous s-abonner faire-un-don dons soutenir
publicite annonceurs recrutement auteur auteurs autrice rubrique mot-cle mots-cles etiquette sujet sujets
categorie recherche plan-du-site accueil

acerca-de sobre-nosotros quienes-somos nosotros aviso-legal contacto contactanos contactenos politica-de-privacidad
privacidad politica-de-cookies terminos-y-condiciones condiciones-de-uso ayuda iniciar-sesion registro registrarse
cuenta mi-cuenta suscripcion suscripciones suscribete suscribirse donar dona donaciones boletin boletines publicidad
anunciese etiqueta etiquetas tema temas categoria autora autores buscar busqueda mapa-del-sitio inicio

sobre sobre-nos quem-somos contato contatos contactos fale-conosco expediente termos-de-uso termos-e-condicoes
politica-de-privacidade privacidade ajuda entrar cadastro cadastre-se conta minha-conta assine assinatura
assinaturas doar doe doacoes anuncie publicidade trabalhe-conosco topico topicos categorias autoria busca pesquisa
mapa-do-site

chi-siamo contatti contattaci note-legali informativa-privacy privacy-e-cookie condizioni-d-uso
termini-e-condizioni accedi registrati iscriviti abbonati abbonamenti dona sostienici pubblicita lavora-con-noi
argomento argomenti categoria autore autori cerca ricerca redazione

over-ons contact-opnemen colofon privacyverklaring privacybeleid cookiebeleid algemene-voorwaarden
gebruiksvoorwaarden inloggen aanmelden registreren mijn-account abonneren abonnementen doneren doneer nieuwsbrief
nieuwsbrieven adverteren vacatures onderwerp onderwerpen categorie auteur zoeken klantenservice

om-oss om-os om kontakta-oss kontakt-oss kontakt-os integritetspolicy personvern personvernerklaering
privatlivspolitik cookiepolitik cookiepolicy anvandarvillkor vilkar handelsbetingelser logga-in logg-inn log-ind
konto mitt-konto min-konto prenumerera prenumeration bli-abonnent abonner abonnement stod-oss stott-oss nyhetsbrev
nyhedsbrev annonsera annonser annonce lediga-jobb ledige-stillinger amne emne emner forfatter forfattere forfattare
skribent sok soeg tietoa-meista ota-yhteytta tietosuoja tietosuojaseloste kirjaudu rekisteroidy tilaa uutiskirje
mainosta aihe aiheet kirjoittaja haku

o-nas kontakty polityka-prywatnosci prywatnosc regulamin zaloguj logowanie rejestracja konto prenumerata
wesprzyj-nas wesprzyj reklama temat tematy kategoria kategorie autorzy szukaj ochrana-osobnich-udaju obchodni-podminky
prihlaseni registrace predplatne inzerce stitek hledat vyhledavani napiste-nam

hakkimizda hakkinda iletisim kunye gizlilik gizlilik-politikasi kullanim-kosullari cerez-politikasi giris uye-ol
abone-ol bulten reklam etiket etiketler konu konular kategori yazar yazarlar arama

o-kompanii o-proekte o-redakcii kontakti reklama podpiska avtor avtory tegi poisk
"""
NAVIGATION = frozenset(_WORDS.split())
