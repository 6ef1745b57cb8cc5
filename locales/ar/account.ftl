# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = تم تغيير كلمة مرورك، وتسجيل خروجك من كل مكان آخر.
account-about = معلومات عنك
account-profile = الملف الشخصي
applications-open = تسجيل الدخول إليه
account-profile-changed = تم تغيير ملفك الشخصي.
account-signing-in = طرق تسجيل دخولك
account-password = كلمة المرور
account-passkeys = مفاتيح المرور
account-authenticator = تطبيق المصادقة
account-codes = رموز الاسترداد
account-email = عنوان البريد الإلكتروني
account-access = من لديه إذن الوصول
account-data = بياناتك
account-export = تنزيل كل ما يُحفظ عنك
# The state of a password.
state-set = معيَّنة
state-unset = لا توجد
# The state of passkeys.
state-passkeys = مفعَّلة
state-no-passkeys = لا توجد
# The state of the authenticator app.
state-on = مفعَّل
state-off = غير مفعَّل
# How many recovery codes are left.
state-codes = { $count ->
    [zero] لم يبقَ أي رمز
    [one] بقي رمز واحد
    [two] بقي رمزان
    [few] بقيت { $count } رموز
    [many] بقي { $count } رمزًا
   *[other] بقي { $count } رمز
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] هنا فقط
    [zero] لا متصفحات
    [two] متصفحان
    [few] { $count } متصفحات
    [many] { $count } متصفحًا
   *[other] { $count } متصفح
}

# Applications that someone allowed to see or do something.
applications-title = التطبيقات التي سمحت لها بالوصول
applications-none = ليس لدى أي تطبيق إذن الوصول إلى حسابك.
applications-lead = يمكنك سحب إذن الوصول إلى ما لم تعد لديك رغبة في مشاركته: ينقطع وصول التطبيق فورًا، وعليه أن يطلب الإذن منك مجددًا.
applications-about = معلومات عنه
applications-offline = يبقى على اتصال أثناء غيابك.
# Since when.
applications-since = وقت السماح
last-used = آخر استخدام
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = سحب إذن الوصول
applications-revoke-of = سحب إذن الوصول من { $application }

# Where someone is signed in: a list of browsers.
sessions-title = أماكن تسجيل دخولك
sessions-lead = إذا كان أحد هذه المتصفحات غير معروف لديك، فيُرجى تسجيل الخروج منه وتغيير كلمة المرور.
sessions-here = هذا المتصفح
# Since when.
sessions-since = وقت تسجيل الدخول
# The network's (IP) address.
sessions-address = عنوان IP
# The city and country.
sessions-place = المكان
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = تسجيل الخروج من { $browser }
sessions-end-here = تسجيل الخروج من { $browser }، وهو هذا المتصفح
sessions-end-others = تسجيل الخروج من كل مكان آخر
sessions-unknown = ذلك المتصفح غير مسجَّل الدخول
sessions-unknown-message = ربما سجّلت الخروج منه في هذه الأثناء.

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $browser } على { $system }
browser-of-system = متصفح على { $system }
browser-unknown = متصفح

# A place: Paris, France.
place = { $city }، { $country }

# Deleting one's account. $date is a day.
delete-title = حذف حسابك
delete-lead = يتم تسجيل خروجك من كل مكان، وينقطع وصول جميع التطبيقات. وفي { $date } يُزال الحساب وكل ما يُحفظ عنك. إذا سجّلت الدخول قبل ذلك، فسيبقى الحساب.
delete-before = قبل المغادرة
delete-export = تنزيل بياناتك أولًا
delete-email = يُرجى كتابة عنوان بريدك الإلكتروني، حتى لا يحدث ذلك سهوًا
delete-wrong = هذا ليس عنوان البريد الإلكتروني لهذا الحساب.
delete-confirm = حذف حسابي
delete-back = الاحتفاظ به
# After that.
leaving-title = سيُحذف حسابك
leaving-lead = تم تسجيل خروجك من كل مكان. إذا غيّرت رأيك، فيُرجى تسجيل الدخول قبل اليوم الذي أُبلغت به: عندئذٍ يبقى الحساب.
leaving-sign-in = تسجيل الدخول والاحتفاظ بالحساب
# After signing in again.
staying-title = حسابك باقٍ
staying-lead = كان من المقرر حذفه. وبما أنك سجّلت الدخول، فلن يُحذف.
staying-delete = حذفه رغم ذلك

# The e-mail address of an account, and changing it.
email-title = عنوان بريدك الإلكتروني
# $email is the address.
email-unverified = لم يتم تأكيد { $email } بعد.
email-verify = إرسال رابط إليّ لتأكيده
email-new = عنوان البريد الإلكتروني الجديد
email-hint-both = يتطلب ذلك فتح رابط يصل إلى العنوان الجديد وآخر يصل إلى عنوانك الحالي.
email-hint-new = يتطلب ذلك فتح رابط يصل إلى العنوان الجديد.
email-change = تغيير العنوان
email-same = هذا هو عنوانك بالفعل.
email-taken = هذا العنوان مستخدَم
email-taken-message = أصبح هذا العنوان الآن لحساب آخر. لم يتغير شيء.
# The pages that links lead to: $email is the address.
email-confirm-new = تأكيد عنوانك الجديد
email-confirm-new-lead = سيكون هذا عنوان حسابك: { $email }
email-confirm-own = تأكيد عنوانك
email-confirm-own-lead = هذا عنوان حسابك: { $email }
email-confirm = تأكيد

# The profile.
profile-title = ملفك الشخصي
profile-lead = يمكن ترك كل هذه الحقول فارغة. ولا تراها التطبيقات إلا إذا سمحت لها بذلك.
profile-unchanged = لم يتغير شيء بعد. يُرجى مراجعة المواضع المميَّزة أدناه.
profile-save = حفظ
profile-group-names = الأسماء
profile-group-about = معلومات عنك
profile-group-telephone = الهاتف
profile-group-address = العنوان
profile-name = الاسم
profile-name-hint = الاسم الكامل كما ينبغي أن يُذكر.
profile-given-name = الاسم الأول
profile-middle-name = الاسم الأوسط
profile-family-name = اسم العائلة
profile-nickname = اسم الشهرة
profile-birthdate = تاريخ الميلاد
profile-birthdate-hint = مثل ‎1990-02-28‎. تكفي السنة وحدها، أو ‎0000-02-28‎ من دونها.
profile-gender = الجنس
profile-locale = اللغة
profile-locale-hint = مثل en أو en-GB.
profile-zoneinfo = المنطقة الزمنية
profile-zoneinfo-hint = مثل Europe/Berlin.
profile-website = الموقع الإلكتروني
profile-profile = صفحة الملف الشخصي
profile-picture = عنوان صورة
profile-phone-number = الرقم
profile-phone-number-hint = مع رمز البلد، مثل ‎+49 30 1234‎.
profile-address-street-address = الشارع
profile-address-postal-code = الرمز البريدي
profile-address-locality = المدينة
profile-address-region = المنطقة
profile-address-country = البلد
profile-address-formatted = العنوان كاملًا، كما يُكتب على ظرف
profile-languages = اسمك بلغات أو كتابات أخرى
profile-languages-lead = التطبيقات التي تطلب اسمك بإحدى هذه اللغات تتلقاه كما هو مكتوب هنا. لإزالة لغة، يُرجى إفراغ كل حقولها.
profile-languages-another = لغة أخرى
profile-languages-tag = اللغة أو الكتابة
profile-languages-tag-hint = يمكن اختيار لغة من القائمة أو كتابة رمزها، مثل ja-Kana أو sr-Latn.
profile-wrong-long = { $count ->
    [zero] يجب أن يكون هذا فارغًا.
    [one] يجب ألا يزيد هذا على حرف واحد.
    [two] يجب ألا يزيد هذا على حرفين.
    [few] يجب ألا يزيد هذا على { $count } أحرف.
    [many] يجب ألا يزيد هذا على { $count } حرفًا.
   *[other] يجب ألا يزيد هذا على { $count } حرف.
}
profile-wrong-character = يحتوي هذا على حرف غير مسموح به هنا.
profile-wrong-empty = يجب ألا يكون هذا فارغًا.
profile-wrong-url = يجب أن يكون هذا عنوان صفحة، مع ‎https://‎
profile-wrong-birthdate = يجب أن يكون هذا بالصيغة YYYY-MM-DD، أو سنة، أو ‎0000-MM-DD‎ من دون السنة.
profile-wrong-zone = يجب أن يكون هذا اسم منطقة زمنية، مثل Europe/Berlin.
profile-wrong-locale = يجب أن يكون هذا رمز لغة، مثل de أو en-GB.
profile-wrong-tag = يجب أن يكون هذا رمز لغة، مثل ja أو ja-Kana.
profile-wrong-twice = هذه اللغة موجودة من قبل.
profile-wrong-phone = يجب أن يكون هذا رقم هاتف، مثل ‎+1 555 0100‎.

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = مفاتيح API
api-keys-lead = باستخدام مفتاح، يستخدم أحد برامجك واجهة API باسمك من دون تسجيل الدخول. ويستطيع ذلك أيضًا كل من يملك المفتاح: احفظه حيث لا تستطيع قراءته إلا برامجك.
api-keys-none = ليس لديك أي مفتاح.
api-keys-new = مفتاح API الجديد
api-keys-new-lead = انسخه الآن واحفظه في مكان آمن: لن يُعرض مرة أخرى.
api-keys-saved = نسختُه
# A badge: the key is for trying things out.
api-keys-test = تجريبي
# Before a day each.
api-keys-since = أُنشئ في
api-keys-ends = صالح حتى
# Before addresses and networks.
api-keys-from = صالح من
api-keys-replaced = سيحل مفتاح آخر محله. وحتى ذلك الحين يظل كلاهما صالحًا، لتتمكن من استبداله حيثما يُستخدم.
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = استبدال
api-keys-rotate-of = استبدال { $key }
api-keys-revoke = إلغاء
api-keys-revoke-of = إلغاء { $key }
# Making one.
api-keys-make = إنشاء مفتاح
api-keys-make-for = من أجل { $resource }
api-keys-nowhere = لا شيء هنا يقبل مفاتيح تنشئها بنفسك.
api-keys-name = ما الغرض من المفتاح؟
api-keys-scopes = ما يُسمح له به
api-keys-days = مدة صلاحيته
api-keys-life = { $count ->
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
   *[other] { $count } يومًا
}
api-keys-environment = نوع المفتاح
api-keys-environment-live = فعلي: للاستخدام الحقيقي
api-keys-environment-test = تجريبي: للتجربة
api-keys-environment-hint = تُبلَّغ واجهات API بنوعه.
api-keys-addresses = من أين يمكن استخدامه (اختياري)
api-keys-addresses-hint = عناوين IP أو شبكات تفصل بينها مسافات أو فواصل، مثل ‎192.0.2.7‎ أو ‎2001:db8::/32‎. من أي مكان إن لم يوجد أي منها.
api-keys-make-it = إنشاء المفتاح
api-keys-wrong-name = أعطه اسمًا لا يزيد على { $count } حرفًا.
api-keys-wrong-scopes = اختر شيئًا واحدًا على الأقل يُسمح له به.
# $scope is the name of what is not allowed.
api-keys-not-permitted = لا يُسمح لك هناك بـ { $scope }، فلا يُسمح به لأي مفتاح لك.
# $address is what was typed.
api-keys-wrong-address = «{ $address }» ليس عنوان IP ولا شبكة. اكتبه مثل ‎192.0.2.7‎ أو ‎192.0.2.0/24‎.
api-keys-too-many-addresses = يمكن أن يكون للمفتاح { $count } عنوانًا وشبكة على الأكثر.
api-keys-wrong = لا يمكن إنشاء هذا المفتاح. يُرجى المحاولة مرة أخرى.
api-keys-too-many = لديك أكبر عدد مسموح به من المفاتيح. ألغِ أحدها أولًا.
api-keys-unknown = لم يعد هذا المفتاح موجودًا، أو سبق استبداله.
