# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = Votre mot de passe a été changé, et toutes vos autres sessions ont été fermées.
account-about = À propos de vous
account-profile = Profil
applications-open = Se connecter à l’application
account-profile-changed = Votre profil a été modifié.
account-signing-in = Comment vous vous connectez
account-password = Mot de passe
account-passkeys = Clés d’accès
account-authenticator = Application d’authentification
account-codes = Codes de récupération
account-email = Adresse e-mail
account-access = Qui a accès
account-data = Vos données
account-export = Télécharger tout ce qui est conservé sur vous
# The state of a password.
state-set = Défini
state-unset = Aucun
# The state of passkeys.
state-passkeys = Activées
state-no-passkeys = Aucune
# The state of the authenticator app.
state-on = Activée
state-off = Désactivée
# How many recovery codes are left.
state-codes = { $count ->
    [0] Plus aucun
    [one] { $count } restant
   *[other] { $count } restants
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] Ici seulement
   *[other] { $count } navigateurs
}

# Applications that someone allowed to see or do something.
applications-title = Applications que vous avez autorisées
applications-none = Aucune application n’a accès à votre compte.
applications-lead = Retirez les accès que vous ne voulez plus accorder : l’application perd aussitôt le sien et doit vous le redemander.
applications-about = À propos de l’application
applications-offline = L’application garde l’accès en votre absence.
# Since when.
applications-since = Autorisée
last-used = Dernière utilisation
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = Retirer l’accès
applications-revoke-of = Retirer l’accès de l’application { $application }

# Where someone is signed in: a list of browsers.
sessions-title = Vos sessions ouvertes
sessions-lead = Si vous ne reconnaissez pas l’une d’elles, déconnectez-la et changez votre mot de passe.
sessions-here = Ce navigateur
# Since when.
sessions-since = Connexion
# The network's (IP) address.
sessions-address = Adresse IP
# The city and country.
sessions-place = Lieu
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = Se déconnecter : { $browser }
sessions-end-here = Se déconnecter : { $browser }, ce navigateur
sessions-end-others = Se déconnecter partout ailleurs
sessions-unknown = Aucune session n’est ouverte dans ce navigateur
sessions-unknown-message = Elle y a peut-être été fermée entre-temps.

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $browser } sur { $system }
browser-of-system = Un navigateur sur { $system }
browser-unknown = Un navigateur

# A place: Paris, France.
place = { $city }, { $country }

# Deleting one's account. $date is a day.
delete-title = Supprimer votre compte
delete-lead = Toutes vos sessions seront fermées, et toutes les applications perdront leur accès. Le { $date }, le compte et tout ce qui est conservé sur vous seront supprimés. Si vous vous connectez avant, le compte sera conservé.
delete-before = Avant de partir
delete-export = Télécharger d’abord vos données
delete-email = Saisissez votre adresse e-mail, pour écarter toute erreur
delete-wrong = Ce n’est pas l’adresse e-mail de ce compte.
delete-confirm = Supprimer mon compte
delete-back = Le conserver
# After that.
leaving-title = Votre compte va être supprimé
leaving-lead = Toutes vos sessions sont fermées. Si vous changez d’avis, connectez-vous avant le jour qui vous a été indiqué : le compte sera alors conservé.
leaving-sign-in = Se connecter et le conserver
# After signing in again.
staying-title = Votre compte est conservé
staying-lead = Il devait être supprimé. Comme vous venez de vous connecter, il ne le sera pas.
staying-delete = Le supprimer quand même

# The e-mail address of an account, and changing it.
email-title = Votre adresse e-mail
# $email is the address.
email-unverified = Vous n’avez pas encore confirmé { $email }.
email-verify = M’envoyer un lien pour la confirmer
email-new = Nouvelle adresse e-mail
email-hint-both = Il faut ouvrir un lien reçu à la nouvelle adresse et un autre reçu à votre adresse actuelle.
email-hint-new = Il faut ouvrir un lien reçu à la nouvelle adresse.
email-change = Changer d’adresse
email-same = C’est déjà votre adresse.
email-taken = Cette adresse est déjà utilisée
email-taken-message = Un autre compte l’utilise désormais. Rien n’a été modifié.
# The pages that links lead to: $email is the address.
email-confirm-new = Confirmez votre nouvelle adresse
email-confirm-new-lead = Ce sera l’adresse de votre compte : { $email }
email-confirm-own = Confirmez votre adresse
email-confirm-own-lead = C’est l’adresse de votre compte : { $email }
email-confirm = Confirmer

# The profile.
profile-title = Votre profil
profile-lead = Tout peut rester vide. Les applications ne le voient que si vous les y autorisez.
profile-unchanged = Rien n’a encore été modifié. Consultez ce qui est signalé ci-dessous.
profile-save = Enregistrer
profile-group-names = Noms
profile-group-about = À propos de vous
profile-group-telephone = Téléphone
profile-group-address = Adresse
profile-name = Nom
profile-name-hint = En entier, comme vous voulez qu’on vous appelle.
profile-given-name = Prénom
profile-middle-name = Deuxième prénom
profile-family-name = Nom de famille
profile-nickname = Surnom
profile-birthdate = Date de naissance
profile-birthdate-hint = Par exemple 1990-02-28. L’année seule suffit, ou 0000-02-28 sans l’année.
profile-gender = Genre
profile-locale = Langue
profile-locale-hint = Par exemple en ou en-GB.
profile-zoneinfo = Fuseau horaire
profile-zoneinfo-hint = Par exemple Europe/Berlin.
profile-website = Site web
profile-profile = Page de profil
profile-picture = Adresse d’une photo
profile-phone-number = Numéro
profile-phone-number-hint = Avec l’indicatif du pays, par exemple +49 30 1234.
profile-address-street-address = Rue
profile-address-postal-code = Code postal
profile-address-locality = Ville
profile-address-region = Région
profile-address-country = Pays
profile-address-formatted = En entier, comme sur une enveloppe
profile-languages = Votre nom dans d’autres langues ou écritures
profile-languages-lead = Les applications qui demandent votre nom dans l’une de ces langues le reçoivent tel qu’il est ici. Videz tous les champs d’une langue pour la retirer.
profile-languages-another = Une autre
profile-languages-tag = Langue ou écriture
profile-languages-tag-hint = Choisissez-en une, ou saisissez son code, par exemple ja-Kana ou sr-Latn.
profile-wrong-long = { $count ->
    [one] Ce champ doit comporter au plus { $count } caractère.
   *[other] Ce champ doit comporter au plus { $count } caractères.
}
profile-wrong-character = Ce champ contient un caractère qui n’est pas admis.
profile-wrong-empty = Ce champ ne doit pas être vide.
profile-wrong-url = Ce doit être l’adresse d’une page, avec https://
profile-wrong-birthdate = Ce doit être AAAA-MM-JJ, une année, ou 0000-MM-JJ sans l’année.
profile-wrong-zone = Ce doit être le nom d’un fuseau horaire, comme Europe/Berlin.
profile-wrong-locale = Ce doit être un code de langue, comme de ou en-GB.
profile-wrong-tag = Ce doit être un code de langue, comme ja ou ja-Kana.
profile-wrong-twice = Cette langue est déjà présente.
profile-wrong-phone = Ce doit être un numéro de téléphone, comme +1 555 0100.

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = Clés d’API
api-keys-lead = Avec une clé, un de vos programmes utilise une API en votre nom sans se connecter. Quiconque possède la clé le peut aussi : conservez-la là où seuls vos propres programmes peuvent la lire.
api-keys-none = Vous n’en avez aucune.
api-keys-new = Votre nouvelle clé d’API
api-keys-new-lead = Copiez-la maintenant et conservez-la en lieu sûr : elle ne sera plus affichée.
api-keys-saved = Je l’ai copiée
# A badge: the key is for trying things out.
api-keys-test = Test
# Before a day each.
api-keys-since = Créée
api-keys-ends = Valable jusqu’au
# Before addresses and networks.
api-keys-from = Valable depuis
api-keys-replaced = Une autre clé prend sa place. D’ici là, les deux sont valables, pour que vous puissiez la remplacer partout où elle est utilisée.
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = Remplacer
api-keys-rotate-of = Remplacer { $key }
api-keys-revoke = Révoquer
api-keys-revoke-of = Révoquer { $key }
# Making one.
api-keys-make = Créer une clé
api-keys-make-for = Pour { $resource }
api-keys-nowhere = Rien ici n’accepte de clés que vous créez vous-même.
api-keys-name = À quoi sert la clé ?
api-keys-scopes = Ce qu’elle permet
api-keys-days = Durée de validité
api-keys-life = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
api-keys-environment = Type de clé
api-keys-environment-live = Production : pour un usage réel
api-keys-environment-test = Test : pour faire des essais
api-keys-environment-hint = Les API savent de laquelle il s’agit.
api-keys-addresses = D’où elle peut être utilisée (facultatif)
api-keys-addresses-hint = Adresses IP ou réseaux, séparés par des espaces ou des virgules, comme 192.0.2.7 ou 2001:db8::/32. De partout s’il n’y en a pas.
api-keys-make-it = Créer la clé
api-keys-wrong-name = Donnez-lui un nom de { $count } caractères au plus.
api-keys-wrong-scopes = Choisissez au moins une chose qu’elle permet.
# $scope is the name of what is not allowed.
api-keys-not-permitted = { $scope } ne vous est pas permis à cet endroit, donc à aucune de vos clés non plus.
# $address is what was typed.
api-keys-wrong-address = « { $address } » n’est ni une adresse IP ni un réseau. Écrivez par exemple 192.0.2.7 ou 192.0.2.0/24.
api-keys-too-many-addresses = Une clé peut avoir { $count } adresses et réseaux au plus.
api-keys-wrong = Cette clé ne peut pas être créée. Veuillez réessayer.
api-keys-too-many = Vous avez déjà le nombre maximal de clés. Révoquez-en d’abord une.
api-keys-unknown = Cette clé n’existe plus ou a déjà été remplacée.
