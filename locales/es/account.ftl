# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = Tu contraseña se cambió y se cerraron todas tus demás sesiones.
account-about = Sobre ti
account-profile = Perfil
applications-open = Iniciar sesión en ella
account-profile-changed = Tu perfil se cambió.
account-signing-in = Cómo inicias sesión
account-password = Contraseña
account-passkeys = Llaves de acceso
account-authenticator = App de autenticación
account-codes = Códigos de recuperación
account-email = Dirección de correo electrónico
account-access = Quién tiene acceso
account-data = Tus datos
account-export = Descargar todo lo que se guarda sobre ti
# The state of a password.
state-set = Configurada
state-unset = Ninguna
# The state of passkeys.
state-passkeys = Activadas
state-no-passkeys = Ninguna
# The state of the authenticator app.
state-on = Activada
state-off = Desactivada
# How many recovery codes are left.
state-codes = { $count ->
    [0] No queda ninguno
    [one] Queda { $count }
   *[other] Quedan { $count }
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] Solo aquí
   *[other] { $count } navegadores
}

# Applications that someone allowed to see or do something.
applications-title = Aplicaciones con tu permiso
applications-none = Ninguna tiene acceso a tu cuenta.
applications-lead = Retira lo que ya no quieras compartir: la aplicación pierde el acceso de inmediato y tiene que volver a pedirte permiso.
applications-about = Acerca de ella
applications-offline = Mantiene la conexión cuando no estás.
# Since when.
applications-since = Acceso permitido
last-used = Último uso
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = Retirar el acceso
applications-revoke-of = Retirar el acceso de { $application }

# Where someone is signed in: a list of browsers.
sessions-title = Dónde has iniciado sesión
sessions-lead = Si no reconoces alguno de estos navegadores, cierra su sesión y cambia tu contraseña.
sessions-here = Este navegador
# Since when.
sessions-since = Inicio de sesión
# The network's (IP) address.
sessions-address = Dirección IP
# The city and country.
sessions-place = Lugar
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = Cerrar sesión en { $browser }
sessions-end-here = Cerrar sesión en { $browser }, este navegador
sessions-end-others = Cerrar todas las demás sesiones
sessions-unknown = No hay ninguna sesión iniciada en ese navegador
sessions-unknown-message = Puede que entretanto hayas cerrado sesión allí.

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $browser } en { $system }
browser-of-system = Un navegador en { $system }
browser-unknown = Un navegador

# A place: Paris, France.
place = { $city }, { $country }

# Deleting one's account. $date is a day.
delete-title = Eliminar tu cuenta
delete-lead = Se cerrarán todas tus sesiones y todas las aplicaciones perderán el acceso. El { $date } se eliminarán la cuenta y todo lo que se guarda sobre ti. Si inicias sesión antes, la cuenta se conserva.
delete-before = Antes de irte
delete-export = Descarga primero tus datos
delete-email = Escribe tu dirección de correo electrónico, para evitar un error
delete-wrong = Esa no es la dirección de correo electrónico de esta cuenta.
delete-confirm = Eliminar mi cuenta
delete-back = Conservarla
# After that.
leaving-title = Tu cuenta se eliminará
leaving-lead = Se cerraron todas tus sesiones. Si cambias de opinión, inicia sesión antes del día que se te indicó: así la cuenta se conserva.
leaving-sign-in = Iniciar sesión y conservarla
# After signing in again.
staying-title = Tu cuenta se conserva
staying-lead = Se iba a eliminar. Como iniciaste sesión, no se eliminará.
staying-delete = Eliminarla de todos modos

# The e-mail address of an account, and changing it.
email-title = Tu dirección de correo electrónico
# $email is the address.
email-unverified = Todavía no has confirmado { $email }.
email-verify = Enviarme un enlace para confirmarla
email-new = Nueva dirección de correo electrónico
email-hint-both = Tendrás que abrir un enlace que recibirás en la nueva dirección y otro en la dirección que tienes ahora.
email-hint-new = Tendrás que abrir un enlace que recibirás en la nueva dirección.
email-change = Cambiarla
email-same = Esa ya es tu dirección.
email-taken = Esta dirección está en uso
email-taken-message = Ahora la tiene otra cuenta. No se cambió nada.
# The pages that links lead to: $email is the address.
email-confirm-new = Confirma tu nueva dirección
email-confirm-new-lead = Esta será la dirección de tu cuenta: { $email }
email-confirm-own = Confirma tu dirección
email-confirm-own-lead = Esta es la dirección de tu cuenta: { $email }
email-confirm = Confirmar

# The profile.
profile-title = Tu perfil
profile-lead = Puedes dejarlo todo vacío. Las aplicaciones solo lo ven si se lo permites.
profile-unchanged = Todavía no se cambió nada. Revisa lo que está marcado abajo.
profile-save = Guardar
profile-group-names = Nombres
profile-group-about = Sobre ti
profile-group-telephone = Teléfono
profile-group-address = Dirección
profile-name = Nombre
profile-name-hint = Completo, tal como quieres que te llamen.
profile-given-name = Nombre de pila
profile-middle-name = Segundo nombre
profile-family-name = Apellidos
profile-nickname = Apodo
profile-birthdate = Fecha de nacimiento
profile-birthdate-hint = Por ejemplo, 1990-02-28. Basta con el año, o 0000-02-28 sin él.
profile-gender = Género
profile-locale = Idioma
profile-locale-hint = Por ejemplo, en o en-GB.
profile-zoneinfo = Zona horaria
profile-zoneinfo-hint = Por ejemplo, Europe/Berlin.
profile-website = Sitio web
profile-profile = Página de perfil
profile-picture = Dirección de una foto
profile-phone-number = Número
profile-phone-number-hint = Con el código del país, por ejemplo, +49 30 1234.
profile-address-street-address = Calle
profile-address-postal-code = Código postal
profile-address-locality = Localidad
profile-address-region = Región
profile-address-country = País
profile-address-formatted = Completa, como en un sobre
profile-languages = Tu nombre en otros idiomas o escrituras
profile-languages-lead = Las aplicaciones que piden tu nombre en uno de estos idiomas lo reciben tal como está aquí. Vacía todos los campos de un idioma para quitarlo.
profile-languages-another = Otro más
profile-languages-tag = Idioma o escritura
profile-languages-tag-hint = Elige uno o escribe su etiqueta, por ejemplo, ja-Kana o sr-Latn.
profile-wrong-long = { $count ->
    [one] Debe tener como máximo { $count } carácter.
   *[other] Debe tener como máximo { $count } caracteres.
}
profile-wrong-character = Contiene un carácter que no se permite aquí.
profile-wrong-empty = No puede quedar vacío.
profile-wrong-url = Debe ser la dirección de una página, con https://
profile-wrong-birthdate = Debe ser AAAA-MM-DD, un año, o 0000-MM-DD sin el año.
profile-wrong-zone = Debe ser el nombre de una zona horaria, como Europe/Berlin.
profile-wrong-locale = Debe ser una etiqueta de idioma, como de o en-GB.
profile-wrong-tag = Debe ser una etiqueta de idioma, como ja o ja-Kana.
profile-wrong-twice = Este idioma ya está.
profile-wrong-phone = Debe ser un número de teléfono, como +1 555 0100.

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = Claves de API
api-keys-lead = Con una clave, un programa tuyo usa una API en tu nombre sin iniciar sesión. Quien tenga la clave también puede hacerlo: guárdala donde solo tus propios programas puedan leerla.
api-keys-none = No tienes ninguna.
api-keys-new = Tu nueva clave de API
api-keys-new-lead = Cópiala ahora y guárdala en un lugar seguro: no se volverá a mostrar.
api-keys-saved = La he copiado
# A badge: the key is for trying things out.
api-keys-test = Prueba
# Before a day each.
api-keys-since = Creada
api-keys-ends = Válida hasta
# Before addresses and networks.
api-keys-from = Válida desde
api-keys-replaced = Otra clave ocupa su lugar. Hasta entonces ambas son válidas, para que puedas cambiarla en todos los sitios donde se usa.
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = Reemplazar
api-keys-rotate-of = Reemplazar { $key }
api-keys-revoke = Revocar
api-keys-revoke-of = Revocar { $key }
# Making one.
api-keys-make = Crear una clave
api-keys-make-for = Para { $resource }
api-keys-nowhere = Aquí nada acepta claves que crees tú.
api-keys-name = ¿Para qué es la clave?
api-keys-scopes = Qué puede hacer
api-keys-days = Cuánto tiempo es válida
api-keys-life = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
api-keys-environment = Tipo de clave
api-keys-environment-live = Producción: para uso real
api-keys-environment-test = Prueba: para hacer pruebas
api-keys-environment-hint = Las API saben cuál de las dos es.
api-keys-addresses = Desde dónde se puede usar (opcional)
api-keys-addresses-hint = Direcciones IP o redes, separadas por espacios o comas, como 192.0.2.7 o 2001:db8::/32. Desde cualquier lugar si no hay ninguna.
api-keys-make-it = Crear la clave
api-keys-wrong-name = Ponle un nombre de { $count } caracteres como máximo.
api-keys-wrong-scopes = Elige al menos una cosa que pueda hacer.
# $scope is the name of what is not allowed.
api-keys-not-permitted = Allí no se te permite { $scope }, así que tampoco a una clave tuya.
# $address is what was typed.
api-keys-wrong-address = «{ $address }» no es una dirección IP ni una red. Escríbela como 192.0.2.7 o 192.0.2.0/24.
api-keys-too-many-addresses = Una clave puede tener { $count } direcciones y redes como máximo.
api-keys-wrong = No se puede crear esa clave. Inténtalo de nuevo.
api-keys-too-many = Tienes tantas claves como puede haber. Revoca una primero.
api-keys-unknown = Esa clave ya no existe o ya se reemplazó.
