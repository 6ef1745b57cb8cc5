# E-mails, each with its subject first, and then its lines. $product is what the service is called.

# How a line of the text part names a link, which is on the next line, and a circumstance, such as “Browser: Firefox on Linux”.
mail-action = { $action } :
mail-fact = { $name } : { $value }
# Before the address of the link, in the HTML part.
mail-or-open = Ou ouvrez cette adresse :
# How long a link is good.
mail-link-minutes = { $count ->
    [one] Le lien est valable { $count } minute et ne fonctionne qu’une fois.
   *[other] Le lien est valable { $count } minutes et ne fonctionne qu’une fois.
}
mail-link-hours = { $count ->
    [one] Le lien est valable { $count } heure et ne fonctionne qu’une fois.
   *[other] Le lien est valable { $count } heures et ne fonctionne qu’une fois.
}
mail-link-days = { $count ->
    [one] Le lien est valable { $count } jour et ne fonctionne qu’une fois.
   *[other] Le lien est valable { $count } jours et ne fonctionne qu’une fois.
}

# To someone who forgot their password.
mail-reset-subject = Définissez un nouveau mot de passe sur { $product }
mail-reset = Quelqu’un, sans doute vous, a demandé à définir un nouveau mot de passe sur { $product }.
mail-reset-action = Définir un nouveau mot de passe
mail-reset-not-you = Si ce n’était pas vous, ne faites rien : votre mot de passe reste inchangé.

# To someone who wants to make an account.
mail-register-subject = Créez votre compte sur { $product }
mail-register = Quelqu’un, sans doute vous, souhaite créer un compte sur { $product } avec cette adresse.
mail-register-action = Créer un compte
mail-register-not-you = Si ce n’était pas vous, ne faites rien : aucun compte ne sera créé.

# To someone who wants to make an account and has one. $url is a link.
mail-registered-subject = Vous avez un compte sur { $product }
mail-registered = Quelqu’un, sans doute vous, souhaite créer un compte sur { $product } avec cette adresse. Vous en avez déjà un.
mail-registered-action = Se connecter
mail-registered-forgot = Si vous avez oublié votre mot de passe, définissez-en un nouveau : { $url }
mail-registered-not-you = Si ce n’était pas vous, ne faites rien : rien n’a été modifié.

# To someone who is invited by whoever runs the service.
mail-invitation-subject = Votre invitation sur { $product }
mail-invitation = On vous invite à créer un compte sur { $product }.

# To someone who wants to prove their e-mail address.
mail-verify-subject = Confirmez votre adresse sur { $product }
mail-verify = Veuillez confirmer que cette adresse est bien la vôtre sur { $product }.
mail-verify-action = Confirmer cette adresse
mail-verify-not-you = Si vous n’y avez pas de compte, ne faites rien.

# To the address that someone wants to change: $to is the new one. And to the new one, with the same subject.
mail-change-subject = Confirmez votre nouvelle adresse sur { $product }
mail-leaving = Vous avez demandé à remplacer cette adresse par { $to } sur { $product }.
mail-leaving-both = Elle changera une fois que vous aurez confirmé le changement ici et à la nouvelle adresse.
mail-leaving-action = Confirmer le changement
mail-leaving-not-you = Si ce n’était pas vous, ne confirmez pas et définissez un nouveau mot de passe : quelqu’un connaît peut-être le vôtre.
mail-arriving = Quelqu’un, sans doute vous, souhaite que cette adresse soit la sienne sur { $product }.
mail-arriving-action = Confirmer cette adresse
mail-arriving-not-you = Si ce n’était pas vous, ne faites rien : rien ne sera modifié.

# To an address that another person wants and someone has.
mail-in-use-subject = Votre adresse sur { $product }
mail-in-use = Quelqu’un souhaite que cette adresse soit la sienne sur { $product }. Vous y avez déjà un compte avec cette adresse : rien n’a donc été modifié.
mail-in-use-you = Si c’était vous : une même adresse ne peut appartenir qu’à un seul compte.

# To the former address: $to is the new one.
mail-changed-subject = Votre adresse sur { $product } a été changée
mail-changed = Votre adresse sur { $product } est désormais { $to }. Les messages y seront envoyés à partir de maintenant.
mail-changed-not-you = Si ce changement ne vient pas de vous, prévenez les responsables de ce service.

# About the safety of an account: what was done, its circumstances, and a link for who did not do it.
mail-when = Date
mail-browser = Navigateur
# The network address.
mail-address = Adresse IP
# The city or country.
mail-place = Lieu
mail-not-me-action = Ce n’était pas moi
mail-not-me = Si vous êtes au courant, vous n’avez rien à faire. Sinon, ouvrez le lien : vous verrez ce que vous pouvez faire.

# An unusual sign-in, and what is unusual in it.
mail-sign-in-subject = Nouvelle connexion sur { $product }
mail-sign-in = Quelqu’un s’est connecté à votre compte sur { $product }.
mail-new-browser = Vous n’aviez encore jamais ouvert de session depuis ce navigateur.
mail-new-country = Vous n’aviez encore jamais ouvert de session depuis ce pays.
# $kilometres is how far it is, $place where it was, $count how much later it is, in minutes or in hours.
mail-travel-minutes = { $count ->
    [one] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente, survenue au plus { $count } minute plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
   *[other] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente, survenue au plus { $count } minutes plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
}
mail-travel-hours = { $count ->
    [one] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente, survenue au plus { $count } heure plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
   *[other] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente, survenue au plus { $count } heures plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
}
mail-travel-from-minutes = { $count ->
    [one] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente ({ $place }), survenue au plus { $count } minute plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
   *[other] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente ({ $place }), survenue au plus { $count } minutes plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
}
mail-travel-from-hours = { $count ->
    [one] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente ({ $place }), survenue au plus { $count } heure plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
   *[other] Cette connexion a eu lieu à environ { $kilometres } km de votre connexion précédente ({ $place }), survenue au plus { $count } heures plus tôt : c’est trop loin pour s’y rendre en si peu de temps.
}

# Failed attempts to sign in: with a password, and by someone who knows the password, with a second factor. The circumstances
# of the last one follow.
mail-failures-subject = Échecs de connexion sur { $product }
mail-wrong-passwords = { $count ->
    [one] Il y a eu { $count } tentative infructueuse de connexion à votre compte en peu de temps. Les suivantes devront peut-être attendre. Votre mot de passe n’a pas été deviné ; voici la dernière tentative :
   *[other] Il y a eu { $count } tentatives infructueuses de connexion à votre compte en peu de temps. Les suivantes devront peut-être attendre. Votre mot de passe n’a pas été deviné ; voici la dernière tentative :
}
mail-wrong-codes = { $count ->
    [one] Une personne qui connaît votre mot de passe a échoué { $count } fois en peu de temps à prouver son identité avec votre second facteur. Les tentatives suivantes devront attendre. Voici la dernière :
   *[other] Une personne qui connaît votre mot de passe a échoué { $count } fois en peu de temps à prouver son identité avec votre second facteur. Les tentatives suivantes devront attendre. Voici la dernière :
}

# Second factors that came and went.
mail-authenticator-added-subject = Une application d’authentification a été ajoutée à votre compte sur { $product }
mail-authenticator-added = Une application d’authentification a été ajoutée à votre compte. Elle peut servir à se connecter.
mail-passkey-added-subject = Une clé d’accès a été ajoutée à votre compte sur { $product }
mail-passkey-added = Une clé d’accès a été ajoutée à votre compte. Elle peut servir à se connecter.
mail-authenticator-removed-subject = Une application d’authentification a été supprimée de votre compte sur { $product }
mail-authenticator-removed = Une application d’authentification a été supprimée de votre compte et n’y donne plus accès.
mail-passkey-removed-subject = Une clé d’accès a été supprimée de votre compte sur { $product }
mail-passkey-removed = Une clé d’accès a été supprimée de votre compte et n’y donne plus accès.
mail-factors-removed-subject = Vos seconds facteurs sur { $product } ont été supprimés
mail-factors-removed = Les responsables de ce service ont supprimé votre application d’authentification, vos clés d’accès et vos codes de récupération, et ont fermé vos sessions. Un mot de passe suffit désormais pour se connecter, jusqu’à ce que vous configuriez un second facteur.

# Recovery codes: $count is how many are left.
mail-codes-renewed-subject = Nouveaux codes de récupération sur { $product }
mail-codes-renewed = De nouveaux codes de récupération ont été créés pour votre compte. Les anciens ne fonctionnent plus.
mail-code-used-subject = Un code de récupération a été utilisé sur { $product }
mail-code-used = { $count ->
    [0] Un code de récupération de votre compte a été utilisé. Il n’en reste aucun : créez-en de nouveaux.
    [one] Un code de récupération de votre compte a été utilisé. Il en reste un.
   *[other] Un code de récupération de votre compte a été utilisé. Il en reste { $count }.
}

mail-passkey-cloned-subject = Une clé d’accès sur { $product } a peut-être été copiée
mail-passkey-cloned = Quelqu’un a essayé de se connecter avec l’une de vos clés d’accès, qui compte ses utilisations ; or ce compteur est revenu en arrière. Il en existe peut-être une copie. La tentative a été refusée. Supprimez cette clé d’accès de votre compte et ajoutez-en une nouvelle.

mail-password-changed-subject = Votre mot de passe sur { $product } a été changé
mail-password-changed = Votre mot de passe a été changé. Toutes vos autres sessions ont été fermées, et les applications devront vous redemander l’accès.

mail-api-key-added-subject = Une nouvelle clé d’API sur { $product }
mail-api-key-added = Une clé d’API nommée « { $key } » a été créée pour votre compte. Quiconque la possède peut utiliser en votre nom ce à quoi elle donne accès.
mail-api-key-leaked-subject = Une de vos clés d’API sur { $product } a été trouvée en public
mail-api-key-leaked = Votre clé d’API « { $key } » a été trouvée à un endroit où d’autres peuvent la lire ; elle a donc été révoquée, et ce qui l’utilisait ne fonctionne plus avec elle. Créez une nouvelle clé et conservez-la là où seuls vos propres programmes peuvent la lire.
