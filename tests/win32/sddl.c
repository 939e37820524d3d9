/* Security identifiers, lists and descriptors, and their text. */
#include "check.h"

#include <string.h>

#include <sddl.h>

static void identifiers(void)
{
    SID_IDENTIFIER_AUTHORITY nt = { SECURITY_NT_AUTHORITY }, world = { SECURITY_WORLD_SID_AUTHORITY };
    PSID administrators = NULL, everyone = NULL, other = NULL;
    BYTE buffer[SECURITY_MAX_SID_SIZE];
    DWORD size = 3;
    LPSTR text = NULL;

    CHECK(AllocateAndInitializeSid(&nt, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0,
                                   0, 0, 0, 0, 0, &administrators));
    CHECK(AllocateAndInitializeSid(&world, 1, SECURITY_WORLD_RID, 0, 0, 0, 0, 0, 0, 0, &everyone));
    CHECK(IsValidSid(administrators) && GetLengthSid(administrators) == 16);
    CHECK(GetSidLengthRequired(2) == 16 && *GetSidSubAuthorityCount(administrators) == 2);
    CHECK(*GetSidSubAuthority(administrators, 1) == 544);
    CHECK(GetSidIdentifierAuthority(administrators)->Value[5] == 5);
    CHECK(!EqualSid(administrators, everyone));
    CHECK(ConvertSidToStringSidA(administrators, &text) && !strcmp(text, "S-1-5-32-544"));
    CHECK(ConvertStringSidToSidA(text, &other) && EqualSid(other, administrators));
    CHECK(!LocalFree(text) && !LocalFree(other));
    CHECK(ConvertStringSidToSidA("BA", &other) && EqualSid(other, administrators));
    LocalFree(other);
    FAILS(ERROR_INVALID_SID, ConvertStringSidToSidA("S-1-", &other));
    FAILS(ERROR_INVALID_SID, ConvertStringSidToSidA("nobody", &other));
    FAILS(ERROR_INVALID_PARAMETER, ConvertStringSidToSidA(NULL, &other));
    FAILS(ERROR_INSUFFICIENT_BUFFER, CreateWellKnownSid(WinWorldSid, NULL, buffer, &size));
    CHECK(size == 12);
    CHECK(CreateWellKnownSid(WinWorldSid, NULL, buffer, &size) && EqualSid(buffer, everyone));
    CHECK(IsWellKnownSid(buffer, WinWorldSid) && !IsWellKnownSid(buffer, WinLocalSystemSid));
    CHECK(CopySid(sizeof buffer, buffer, administrators) && EqualSid(buffer, administrators));
    CHECK(!CopySid(8, buffer, everyone)); /* 122; Wine sets no code */
    CHECK(FreeSid(administrators) == NULL && FreeSid(everyone) == NULL);
}

static void lists_and_descriptors(void)
{
    SID_IDENTIFIER_AUTHORITY world = { SECURITY_WORLD_SID_AUTHORITY };
    PSID everyone = NULL;
    DWORD buffer[16];
    PACL list = (PACL)buffer, found = NULL;
    ACL_SIZE_INFORMATION size;
    LPVOID entry = NULL;
    SECURITY_DESCRIPTOR descriptor;
    SECURITY_DESCRIPTOR_CONTROL control;
    DWORD revision, length = 0;
    BOOL present = FALSE, defaulted = TRUE;
    LPSTR text = NULL;

    CHECK(AllocateAndInitializeSid(&world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &everyone));
    CHECK(InitializeAcl(list, sizeof buffer, ACL_REVISION) && IsValidAcl(list));
    CHECK(AddAccessDeniedAce(list, ACL_REVISION, GENERIC_WRITE, everyone));
    CHECK(AddAccessAllowedAceEx(list, ACL_REVISION, OBJECT_INHERIT_ACE, GENERIC_ALL, everyone));
    FAILS(ERROR_ALLOTTED_SPACE_EXCEEDED,
          AddAccessAllowedAce(list, ACL_REVISION, GENERIC_ALL, everyone));
    CHECK(GetAclInformation(list, &size, sizeof size, AclSizeInformation));
    CHECK(size.AceCount == 2 && size.AclBytesInUse == 48 && size.AclBytesFree == 16);
    CHECK(GetAce(list, 1, &entry) && ((ACCESS_ALLOWED_ACE *)entry)->Mask == GENERIC_ALL);
    FAILS(ERROR_INVALID_PARAMETER, GetAce(list, 2, &entry));

    CHECK(InitializeSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION));
    CHECK(sizeof descriptor == 40 && IsValidSecurityDescriptor(&descriptor));
    CHECK(GetSecurityDescriptorDacl(&descriptor, &present, &found, &defaulted) && !present);
    CHECK(SetSecurityDescriptorDacl(&descriptor, TRUE, list, FALSE));
    CHECK(SetSecurityDescriptorOwner(&descriptor, everyone, FALSE));
    CHECK(GetSecurityDescriptorDacl(&descriptor, &present, &found, &defaulted));
    CHECK(present && found == list && !defaulted);
    CHECK(GetSecurityDescriptorControl(&descriptor, &control, &revision));
    CHECK(control == SE_DACL_PRESENT && revision == 1);
    CHECK(ConvertSecurityDescriptorToStringSecurityDescriptorA(
        &descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text,
        NULL));
    CHECK(text && !strcmp(text, "O:WDD:(D;;GW;;;WD)(A;OI;GA;;;WD)"));
    LocalFree(text);
    FAILS(ERROR_INSUFFICIENT_BUFFER, MakeSelfRelativeSD(&descriptor, NULL, &length));
    CHECK(length >= 20 + 12 + 48);
    FreeSid(everyone);
}

static void text_of_descriptors(void)
{
    static const char *const known[] = {
        "D:(A;;GX;;;WD)",
        "O:BAG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)",
        "D:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)S:(AU;SAFA;GA;;;WD)",
        /* Entries with GUIDs are known to us, but not to every Wine. */
    };
    PSECURITY_DESCRIPTOR descriptor = NULL;
    ULONG size = 0, length = 0;
    LPSTR text = NULL;
    unsigned n;

    for (n = 0; n < sizeof known / sizeof known[0]; n++) {
        CHECK(ConvertStringSecurityDescriptorToSecurityDescriptorA(known[n], SDDL_REVISION_1,
                                                                   &descriptor, &size));
        CHECK(IsValidSecurityDescriptor(descriptor));
        CHECK(GetSecurityDescriptorLength(descriptor) == size);
        CHECK(ConvertSecurityDescriptorToStringSecurityDescriptorA(descriptor, SDDL_REVISION_1, 0xF,
                                                                   &text, &length));
        if (strcmp(text, known[n])) {
            printf("%s came back as %s\n", known[n], text);
            failures++;
        }
        CHECK(length == strlen(text) + 1);
        LocalFree(text);
        LocalFree(descriptor);
    }
    FAILS(ERROR_UNKNOWN_REVISION, ConvertStringSecurityDescriptorToSecurityDescriptorA(
                                      known[0], 7, &descriptor, NULL));
    FAILS(ERROR_INVALID_ACL, ConvertStringSecurityDescriptorToSecurityDescriptorA(
                                 "D:(A;;GX", SDDL_REVISION_1, &descriptor, NULL));
    CHECK(!ConvertStringSecurityDescriptorToSecurityDescriptorA("nonsense", SDDL_REVISION_1,
                                                                &descriptor, NULL));
    CHECK(!ConvertStringSecurityDescriptorToSecurityDescriptorA("D:(A;;GX;;;ZZ)", SDDL_REVISION_1,
                                                                &descriptor, NULL));
}

int main(void)
{
    identifiers();
    lists_and_descriptors();
    text_of_descriptors();
    return FINISH();
}
