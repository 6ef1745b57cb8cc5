# E-mails, each with its subject first, and then its lines. $product is what the service is called.

# How a line of the text part names a link, which is on the next line, and a circumstance, such as “Browser: Firefox on Linux”.
mail-action = { $action }:
mail-fact = { $name }: { $value }
# Before the address of the link, in the HTML part.
mail-or-open = O abre esta dirección:
# How long a link is good.
mail-link-minutes = { $count ->
    [one] El enlace funciona una sola vez y es válido durante { $count } minuto.
   *[other] El enlace funciona una sola vez y es válido durante { $count } minutos.
}
mail-link-hours = { $count ->
    [one] El enlace funciona una sola vez y es válido durante { $count } hora.
   *[other] El enlace funciona una sola vez y es válido durante { $count } horas.
}
mail-link-days = { $count ->
    [one] El enlace funciona una sola vez y es válido durante { $count } día.
   *[other] El enlace funciona una sola vez y es válido durante { $count } días.
}

# To someone who forgot their password.
mail-reset-subject = Crea una contraseña nueva en { $product }
mail-reset = Alguien, probablemente tú, pidió crear una contraseña nueva en { $product }.
mail-reset-action = Crear una contraseña nueva
mail-reset-not-you = Si no fuiste tú, no hagas nada: tu contraseña sigue igual.

# To someone who wants to make an account.
mail-register-subject = Crea tu cuenta en { $product }
mail-register = Alguien, probablemente tú, quiere crear una cuenta en { $product } con esta dirección.
mail-register-action = Crear una cuenta
mail-register-not-you = Si no fuiste tú, no hagas nada: no se creará ninguna cuenta.

# To someone who wants to make an account and has one. $url is a link.
mail-registered-subject = Tienes una cuenta en { $product }
mail-registered = Alguien, probablemente tú, quiere crear una cuenta en { $product } con esta dirección. Ya tienes una.
mail-registered-action = Iniciar sesión
mail-registered-forgot = Si olvidaste tu contraseña, crea una nueva: { $url }
mail-registered-not-you = Si no fuiste tú, no hagas nada: no se cambió nada.

# To someone who is invited by whoever runs the service.
mail-invitation-subject = Tu invitación a { $product }
mail-invitation = Te invitamos a crear una cuenta en { $product }.

# To someone who wants to prove their e-mail address.
mail-verify-subject = Confirma tu dirección en { $product }
mail-verify = Confirma que esta es tu dirección en { $product }.
mail-verify-action = Confirmar esta dirección
mail-verify-not-you = Si no tienes ninguna cuenta allí, no hagas nada.

# To the address that someone wants to change: $to is the new one. And to the new one, with the same subject.
mail-change-subject = Confirma tu nueva dirección en { $product }
mail-leaving = Pediste cambiar tu dirección en { $product } de esta a { $to }.
mail-leaving-both = Cambiará cuando hayas confirmado el cambio aquí y en la nueva dirección.
mail-leaving-action = Confirmar el cambio
mail-leaving-not-you = Si no fuiste tú, no lo confirmes y crea una contraseña nueva: puede que alguien conozca la tuya.
mail-arriving = Alguien, probablemente tú, quiere que esta sea su dirección en { $product }.
mail-arriving-action = Confirmar esta dirección
mail-arriving-not-you = Si no fuiste tú, no hagas nada: no se cambiará nada.

# To an address that another person wants and someone has.
mail-in-use-subject = Tu dirección en { $product }
mail-in-use = Alguien quiere que esta sea su dirección en { $product }. Ya tienes una cuenta con ella, así que no se cambió nada.
mail-in-use-you = Si fuiste tú: una dirección solo puede ser de una cuenta.

# To the former address: $to is the new one.
mail-changed-subject = Tu dirección en { $product } se cambió
mail-changed = Ahora tu dirección en { $product } es { $to }. A partir de este momento, los mensajes llegan allí.
mail-changed-not-you = Si no lo hiciste tú, avisa a quien administra el servicio.

# About the safety of an account: what was done, its circumstances, and a link for who did not do it.
mail-when = Fecha y hora
mail-browser = Navegador
# The network address.
mail-address = Dirección IP
# The city or country.
mail-place = Lugar
mail-not-me-action = No fui yo
mail-not-me = Si lo reconoces, no tienes que hacer nada. Si no, abre el enlace: verás qué se puede hacer.

# An unusual sign-in, and what is unusual in it.
mail-sign-in-subject = Nuevo inicio de sesión en { $product }
mail-sign-in = Alguien inició sesión en tu cuenta en { $product }.
mail-new-browser = No habías iniciado sesión antes desde este navegador.
mail-new-country = No habías iniciado sesión antes desde este país.
# $kilometres is how far it is, $place where it was, $count how much later it is, in minutes or in hours.
mail-travel-minutes = { $count ->
    [one] Fue a unos { $kilometres } km de donde habías iniciado sesión, como máximo { $count } minuto antes: demasiado lejos para viajar en ese tiempo.
   *[other] Fue a unos { $kilometres } km de donde habías iniciado sesión, como máximo { $count } minutos antes: demasiado lejos para viajar en ese tiempo.
}
mail-travel-hours = { $count ->
    [one] Fue a unos { $kilometres } km de donde habías iniciado sesión, como máximo { $count } hora antes: demasiado lejos para viajar en ese tiempo.
   *[other] Fue a unos { $kilometres } km de donde habías iniciado sesión, como máximo { $count } horas antes: demasiado lejos para viajar en ese tiempo.
}
mail-travel-from-minutes = { $count ->
    [one] Fue a unos { $kilometres } km de donde habías iniciado sesión ({ $place }), como máximo { $count } minuto antes: demasiado lejos para viajar en ese tiempo.
   *[other] Fue a unos { $kilometres } km de donde habías iniciado sesión ({ $place }), como máximo { $count } minutos antes: demasiado lejos para viajar en ese tiempo.
}
mail-travel-from-hours = { $count ->
    [one] Fue a unos { $kilometres } km de donde habías iniciado sesión ({ $place }), como máximo { $count } hora antes: demasiado lejos para viajar en ese tiempo.
   *[other] Fue a unos { $kilometres } km de donde habías iniciado sesión ({ $place }), como máximo { $count } horas antes: demasiado lejos para viajar en ese tiempo.
}

# Failed attempts to sign in: with a password, and by someone who knows the password, with a second factor. The circumstances
# of the last one follow.
mail-failures-subject = Intentos fallidos de iniciar sesión en { $product }
mail-wrong-passwords = { $count ->
    [one] Hubo { $count } intento fallido de iniciar sesión en tu cuenta en poco tiempo. Puede que los próximos tengan que esperar. Nadie adivinó tu contraseña; este es el último intento:
   *[other] Hubo { $count } intentos fallidos de iniciar sesión en tu cuenta en poco tiempo. Puede que los próximos tengan que esperar. Nadie adivinó tu contraseña; este es el último intento:
}
mail-wrong-codes = { $count ->
    [one] Alguien que conoce tu contraseña intentó demostrar su identidad con tu segundo factor y falló { $count } vez en poco tiempo. Los próximos intentos tienen que esperar. Este es el último:
   *[other] Alguien que conoce tu contraseña intentó demostrar su identidad con tu segundo factor y falló { $count } veces en poco tiempo. Los próximos intentos tienen que esperar. Este es el último:
}

# Second factors that came and went.
mail-authenticator-added-subject = Se añadió una app de autenticación a tu cuenta en { $product }
mail-authenticator-added = Se añadió una app de autenticación a tu cuenta. Se puede usar para iniciar sesión.
mail-passkey-added-subject = Se añadió una llave de acceso a tu cuenta en { $product }
mail-passkey-added = Se añadió una llave de acceso a tu cuenta. Se puede usar para iniciar sesión.
mail-authenticator-removed-subject = Se eliminó una app de autenticación de tu cuenta en { $product }
mail-authenticator-removed = Se eliminó una app de autenticación de tu cuenta y ya no sirve para entrar en ella.
mail-passkey-removed-subject = Se eliminó una llave de acceso de tu cuenta en { $product }
mail-passkey-removed = Se eliminó una llave de acceso de tu cuenta y ya no sirve para entrar en ella.
mail-factors-removed-subject = Se eliminaron tus segundos factores en { $product }
mail-factors-removed = Quien administra el servicio eliminó tu app de autenticación, tus llaves de acceso y tus códigos de recuperación, y cerró tu sesión. Ahora basta una contraseña para iniciar sesión, hasta que configures un segundo factor.

# Recovery codes: $count is how many are left.
mail-codes-renewed-subject = Nuevos códigos de recuperación en { $product }
mail-codes-renewed = Se crearon códigos de recuperación nuevos para tu cuenta. Los anteriores ya no funcionan.
mail-code-used-subject = Se usó un código de recuperación en { $product }
mail-code-used = { $count ->
    [0] Se usó un código de recuperación de tu cuenta. No queda ninguno: crea códigos nuevos.
    [one] Se usó un código de recuperación de tu cuenta. Queda uno.
   *[other] Se usó un código de recuperación de tu cuenta. Quedan { $count }.
}

mail-passkey-cloned-subject = Puede que se haya copiado una llave de acceso en { $product }
mail-passkey-cloned = Alguien intentó iniciar sesión con una de tus llaves de acceso. Esa llave cuenta sus usos, y el contador retrocedió. Puede que exista una copia. El intento se rechazó. Elimina esa llave de acceso de tu cuenta y añade una nueva.

mail-password-changed-subject = Tu contraseña en { $product } se cambió
mail-password-changed = Tu contraseña se cambió. Se cerraron todas tus demás sesiones, y las aplicaciones tienen que volver a pedirte permiso.

mail-api-key-added-subject = Una nueva clave de API en { $product }
mail-api-key-added = Se creó una clave de API llamada «{ $key }» para tu cuenta. Quien la tenga puede usar en tu nombre aquello para lo que sirve.
mail-api-key-leaked-subject = Se encontró en público una de tus claves de API en { $product }
mail-api-key-leaked = Tu clave de API «{ $key }» se encontró en un lugar donde otros pueden leerla, así que se revocó. Lo que la usaba ya no funciona con ella. Crea una clave nueva y guárdala donde solo tus propios programas puedan leerla.
